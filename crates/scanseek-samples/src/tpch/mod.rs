//! Sample `tpch`: data of the shape of TPC-H, made by the crate `tpchgen`. It is derived from TPC-H and
//! no TPC result: comments come from a small pool of text instead of the 300 MiB that the
//! specification asks for, and the scale factors are too small to be official.

use tpchgen::decimal::TPCHDecimal;
use tpchgen::distribution::Distributions;
use tpchgen::generators::{
    CustomerGenerator, LineItemGenerator, NationGenerator, OrderGenerator, PartGenerator,
    PartSuppGenerator, RegionGenerator, SupplierGenerator,
};
use tpchgen::text::TextPool;

use crate::{RowSink, SampleInfo, Value, execute_script};

pub(crate) const INFO: SampleInfo = SampleInfo {
    id: "tpch",
    title: "TPC-H-shaped orders",
    summary: "Eight tables of orders, parts and suppliers with the 22 well-known report queries. \
              The data is derived from TPC-H; timings on it are not TPC results.",
    version: 1,
    scales: &[0.01, 0.02, 0.1],
    default_scale: 0.02,
    rows_at_default: 173_745,
    attached: &[],
};

/// Bytes of text that comments are cut from.
const TEXT_POOL_BYTES: i32 = 1 << 20;

pub(crate) fn generate<S: RowSink>(scale: f64, sink: &mut S) -> Result<(), S::Error> {
    let words = Distributions::static_default();
    let pool = TextPool::new(TEXT_POOL_BYTES, words);
    execute_script(sink, include_str!("schema.sql"))?;
    sink.execute("BEGIN")?;
    write_small_tables(scale, words, &pool, sink)?;
    write_orders(scale, words, &pool, sink)?;
    sink.execute("COMMIT")
}

/// All tables but orders and their lines.
fn write_small_tables<S: RowSink>(
    scale: f64,
    words: &Distributions,
    pool: &TextPool,
    sink: &mut S,
) -> Result<(), S::Error> {
    for row in RegionGenerator::new_with_distributions_and_text_pool(words, pool) {
        sink.insert(
            "region",
            &[Value::Integer(row.r_regionkey), Value::Text(row.r_name), Value::Text(row.r_comment)],
        )?;
    }
    for row in NationGenerator::new_with_distributions_and_text_pool(words, pool) {
        sink.insert(
            "nation",
            &[
                Value::Integer(row.n_nationkey),
                Value::Text(row.n_name),
                Value::Integer(row.n_regionkey),
                Value::Text(row.n_comment),
            ],
        )?;
    }
    for row in SupplierGenerator::new_with_distributions_and_text_pool(scale, 1, 1, words, pool) {
        sink.insert(
            "supplier",
            &[
                Value::Integer(row.s_suppkey),
                Value::Text(&row.s_name.to_string()),
                Value::Text(&row.s_address.to_string()),
                Value::Integer(row.s_nationkey),
                Value::Text(&row.s_phone.to_string()),
                money(row.s_acctbal),
                Value::Text(&row.s_comment),
            ],
        )?;
    }
    for row in CustomerGenerator::new_with_distributions_and_text_pool(scale, 1, 1, words, pool) {
        sink.insert(
            "customer",
            &[
                Value::Integer(row.c_custkey),
                Value::Text(&row.c_name.to_string()),
                Value::Text(&row.c_address.to_string()),
                Value::Integer(row.c_nationkey),
                Value::Text(&row.c_phone.to_string()),
                money(row.c_acctbal),
                Value::Text(row.c_mktsegment),
                Value::Text(row.c_comment),
            ],
        )?;
    }
    for row in PartGenerator::new_with_distributions_and_text_pool(scale, 1, 1, words, pool) {
        sink.insert(
            "part",
            &[
                Value::Integer(row.p_partkey),
                Value::Text(&row.p_name.to_string()),
                Value::Text(&row.p_mfgr.to_string()),
                Value::Text(&row.p_brand.to_string()),
                Value::Text(row.p_type),
                Value::Integer(row.p_size.into()),
                Value::Text(row.p_container),
                money(row.p_retailprice),
                Value::Text(row.p_comment),
            ],
        )?;
    }
    for row in PartSuppGenerator::new_with_text_pool(scale, 1, 1, pool) {
        sink.insert(
            "partsupp",
            &[
                Value::Integer(row.ps_partkey),
                Value::Integer(row.ps_suppkey),
                Value::Integer(row.ps_availqty.into()),
                money(row.ps_supplycost),
                Value::Text(row.ps_comment),
            ],
        )?;
    }
    Ok(())
}

fn write_orders<S: RowSink>(
    scale: f64,
    words: &Distributions,
    pool: &TextPool,
    sink: &mut S,
) -> Result<(), S::Error> {
    for row in OrderGenerator::new_with_distributions_and_text_pool(scale, 1, 1, words, pool) {
        sink.insert(
            "orders",
            &[
                Value::Integer(row.o_orderkey),
                Value::Integer(row.o_custkey),
                Value::Text(row.o_orderstatus.as_str()),
                money(row.o_totalprice),
                Value::Text(&row.o_orderdate.to_string()),
                Value::Text(row.o_orderpriority),
                Value::Text(&row.o_clerk.to_string()),
                Value::Integer(row.o_shippriority.into()),
                Value::Text(row.o_comment),
            ],
        )?;
    }
    for row in LineItemGenerator::new_with_distributions_and_text_pool(scale, 1, 1, words, pool) {
        sink.insert(
            "lineitem",
            &[
                Value::Integer(row.l_orderkey),
                Value::Integer(row.l_partkey),
                Value::Integer(row.l_suppkey),
                Value::Integer(row.l_linenumber.into()),
                Value::Integer(row.l_quantity),
                money(row.l_extendedprice),
                money(row.l_discount),
                money(row.l_tax),
                Value::Text(row.l_returnflag),
                Value::Text(row.l_linestatus),
                Value::Text(&row.l_shipdate.to_string()),
                Value::Text(&row.l_commitdate.to_string()),
                Value::Text(&row.l_receiptdate.to_string()),
                Value::Text(row.l_shipinstruct),
                Value::Text(row.l_shipmode),
                Value::Text(row.l_comment),
            ],
        )?;
    }
    Ok(())
}

/// Units with two decimals, as TPC-H prints them. One division by 100 rounds the same everywhere.
fn money(amount: TPCHDecimal) -> Value<'static> {
    Value::Real(amount.into_inner() as f64 / 100.0)
}
