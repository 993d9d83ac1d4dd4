-- Reports in the shapes of the TPC-DS queries, written for SQLite over data derived from TPC-DS. Not a
-- TPC result, and not comparable with one: the text is our own, parameters are fixed and chosen so that
-- a small database has rows for them, ROLLUP and GROUPING SETS are written as UNION ALL, standard
-- deviations as sums of squares, and what would differ from plan to plan in a tie is ordered. The number
-- of a name says which query of TPC-DS had the shape.

-- name: Q01 customers who return more than others
-- weight: 1
WITH returned AS (
  SELECT sr_customer_sk AS customer_sk, sr_store_sk AS store_sk, sum(sr_return_amt) AS amount
  FROM store_returns
  JOIN date_dim ON sr_returned_date_sk = d_date_sk
  WHERE d_year = 2000
  GROUP BY sr_customer_sk, sr_store_sk)
SELECT c_customer_id
FROM returned AS r
JOIN store ON s_store_sk = r.store_sk
JOIN customer ON c_customer_sk = r.customer_sk
WHERE s_state = 'TN'
  AND r.amount > (SELECT avg(amount) * 1.2 FROM returned AS other WHERE other.store_sk = r.store_sk)
ORDER BY c_customer_id
LIMIT 100;

-- name: Q02 growth by day of the week
-- weight: 1
WITH sold AS (
  SELECT ws_sold_date_sk AS date_sk, ws_ext_sales_price AS price FROM web_sales
  UNION ALL
  SELECT cs_sold_date_sk, cs_ext_sales_price FROM catalog_sales),
weeks AS (
  SELECT d_week_seq,
         sum(CASE WHEN d_day_name = 'Sunday' THEN price END) AS sunday,
         sum(CASE WHEN d_day_name = 'Wednesday' THEN price END) AS wednesday,
         sum(CASE WHEN d_day_name = 'Saturday' THEN price END) AS saturday
  FROM sold
  JOIN date_dim ON d_date_sk = date_sk
  GROUP BY d_week_seq)
SELECT one.d_week_seq, round(one.sunday / next.sunday, 2) AS sunday,
       round(one.wednesday / next.wednesday, 2) AS wednesday,
       round(one.saturday / next.saturday, 2) AS saturday
FROM weeks AS one
JOIN weeks AS next ON next.d_week_seq = one.d_week_seq + 53
WHERE one.d_week_seq IN (SELECT d_week_seq FROM date_dim WHERE d_year = 2000)
ORDER BY one.d_week_seq;

-- name: Q03 brands of a manufacturer in November
-- weight: 1
SELECT d_year, i_brand_id, i_brand, sum(ss_ext_sales_price) AS sum_agg
FROM date_dim
JOIN store_sales ON d_date_sk = ss_sold_date_sk
JOIN item ON ss_item_sk = i_item_sk
WHERE i_manufact_id = 286 AND d_moy = 11
GROUP BY d_year, i_brand_id, i_brand
ORDER BY d_year, sum_agg DESC, i_brand_id
LIMIT 100;

-- name: Q04 customers who move to the catalogue
-- weight: 1
WITH totals AS (
  SELECT c_customer_id AS id, c_first_name AS first_name, c_last_name AS last_name, d_year AS year,
         's' AS channel,
         sum((ss_ext_list_price - ss_ext_wholesale_cost - ss_ext_discount_amt + ss_ext_sales_price) / 2) AS total
  FROM customer
  JOIN store_sales ON c_customer_sk = ss_customer_sk
  JOIN date_dim ON ss_sold_date_sk = d_date_sk
  GROUP BY c_customer_sk, d_year
  UNION ALL
  SELECT c_customer_id, c_first_name, c_last_name, d_year, 'c',
         sum((cs_ext_list_price - cs_ext_wholesale_cost - cs_ext_discount_amt + cs_ext_sales_price) / 2)
  FROM customer
  JOIN catalog_sales ON c_customer_sk = cs_bill_customer_sk
  JOIN date_dim ON cs_sold_date_sk = d_date_sk
  GROUP BY c_customer_sk, d_year)
SELECT s2.id, s2.first_name, s2.last_name
FROM totals AS s1
JOIN totals AS s2 ON s2.id = s1.id
JOIN totals AS c1 ON c1.id = s1.id
JOIN totals AS c2 ON c2.id = s1.id
WHERE s1.channel = 's' AND s1.year = 2001 AND s1.total > 0
  AND s2.channel = 's' AND s2.year = 2002
  AND c1.channel = 'c' AND c1.year = 2001 AND c1.total > 0
  AND c2.channel = 'c' AND c2.year = 2002
  AND c2.total / c1.total > s2.total / s1.total
ORDER BY s2.id
LIMIT 100;

-- name: Q05 profit by channel, with totals
-- weight: 1
WITH movements AS (
  SELECT 'store' AS channel, 'store' || ss_store_sk AS place, ss_ext_sales_price AS sales,
         ss_net_profit AS profit, 0.0 AS returned, 0.0 AS loss
  FROM store_sales
  JOIN date_dim ON d_date_sk = ss_sold_date_sk
  WHERE d_date BETWEEN '2000-08-23' AND '2000-09-06'
  UNION ALL
  SELECT 'store', 'store' || sr_store_sk, 0.0, 0.0, sr_return_amt, sr_net_loss
  FROM store_returns
  JOIN date_dim ON d_date_sk = sr_returned_date_sk
  WHERE d_date BETWEEN '2000-08-23' AND '2000-09-06'
  UNION ALL
  SELECT 'catalogue', 'page' || cs_catalog_page_sk, cs_ext_sales_price, cs_net_profit, 0.0, 0.0
  FROM catalog_sales
  JOIN date_dim ON d_date_sk = cs_sold_date_sk
  WHERE d_date BETWEEN '2000-08-23' AND '2000-09-06'),
places AS (
  SELECT channel, place, sum(sales) AS sales, sum(returned) AS returned, sum(profit - loss) AS profit
  FROM movements
  GROUP BY channel, place)
SELECT channel, place, sales, returned, profit FROM places
UNION ALL
SELECT channel, NULL, sum(sales), sum(returned), sum(profit) FROM places GROUP BY channel
UNION ALL
SELECT NULL, NULL, sum(sales), sum(returned), sum(profit) FROM places
ORDER BY 1, 2
LIMIT 100;

-- name: Q06 states that buy dear items
-- weight: 1
SELECT ca_state AS state, count(*) AS sales
FROM customer_address
JOIN customer ON ca_address_sk = c_current_addr_sk
JOIN store_sales ON c_customer_sk = ss_customer_sk
JOIN date_dim ON ss_sold_date_sk = d_date_sk
JOIN item AS i ON ss_item_sk = i_item_sk
WHERE d_month_seq = (SELECT DISTINCT d_month_seq FROM date_dim WHERE d_year = 2001 AND d_moy = 1)
  AND i.i_current_price > 1.2 * (
    SELECT avg(j.i_current_price) FROM item AS j WHERE j.i_category = i.i_category)
GROUP BY ca_state
HAVING count(*) >= 5
ORDER BY sales, ca_state
LIMIT 100;

-- name: Q07 averages by item for one demography
-- weight: 1
SELECT i_item_id, avg(ss_quantity) AS quantity, avg(ss_list_price) AS list_price,
       avg(ss_coupon_amt) AS coupon, avg(ss_sales_price) AS sales_price
FROM store_sales
JOIN customer_demographics ON ss_cdemo_sk = cd_demo_sk
JOIN date_dim ON ss_sold_date_sk = d_date_sk
JOIN item ON ss_item_sk = i_item_sk
JOIN promotion ON ss_promo_sk = p_promo_sk
WHERE cd_gender = 'M' AND cd_marital_status = 'S' AND cd_education_status = 'College'
  AND (p_channel_email = 'N' OR p_channel_event = 'N')
  AND d_year = 2000
GROUP BY i_item_id
ORDER BY i_item_id
LIMIT 100;

-- name: Q08 profit near preferred customers
-- weight: 1
SELECT s_store_name, sum(ss_net_profit) AS profit
FROM store_sales
JOIN date_dim ON ss_sold_date_sk = d_date_sk
JOIN store ON ss_store_sk = s_store_sk
WHERE d_qoy = 2 AND d_year = 1998
  AND substr(s_zip, 1, 1) IN (
    SELECT substr(zip, 1, 1)
    FROM (
      SELECT substr(ca_zip, 1, 5) AS zip
      FROM customer_address
      WHERE substr(ca_zip, 1, 5) IN ('34136', '30399', '55124', '54854', '31904', '31711', '39145')
      INTERSECT
      SELECT substr(ca_zip, 1, 5)
      FROM customer_address
      JOIN customer ON ca_address_sk = c_current_addr_sk
      WHERE c_preferred_cust_flag = 'Y'
      GROUP BY ca_zip))
GROUP BY s_store_name
ORDER BY s_store_name;

-- name: Q09 quantities in bands
-- weight: 1
SELECT CASE WHEN (SELECT count(*) FROM store_sales WHERE ss_quantity BETWEEN 1 AND 20) > 20000
            THEN (SELECT avg(ss_ext_discount_amt) FROM store_sales WHERE ss_quantity BETWEEN 1 AND 20)
            ELSE (SELECT avg(ss_net_paid) FROM store_sales WHERE ss_quantity BETWEEN 1 AND 20) END AS band_1,
       CASE WHEN (SELECT count(*) FROM store_sales WHERE ss_quantity BETWEEN 21 AND 40) > 20000
            THEN (SELECT avg(ss_ext_discount_amt) FROM store_sales WHERE ss_quantity BETWEEN 21 AND 40)
            ELSE (SELECT avg(ss_net_paid) FROM store_sales WHERE ss_quantity BETWEEN 21 AND 40) END AS band_2,
       CASE WHEN (SELECT count(*) FROM store_sales WHERE ss_quantity BETWEEN 41 AND 60) > 20000
            THEN (SELECT avg(ss_ext_discount_amt) FROM store_sales WHERE ss_quantity BETWEEN 41 AND 60)
            ELSE (SELECT avg(ss_net_paid) FROM store_sales WHERE ss_quantity BETWEEN 41 AND 60) END AS band_3
FROM reason
WHERE r_reason_sk = 1;

-- name: Q10 demography of customers of two channels
-- weight: 1
SELECT cd_gender, cd_marital_status, cd_education_status, count(*) AS customers
FROM customer AS c
JOIN customer_address ON c.c_current_addr_sk = ca_address_sk
JOIN customer_demographics ON cd_demo_sk = c.c_current_cdemo_sk
WHERE ca_state IN ('TX', 'GA', 'KS', 'VA', 'MO')
  AND EXISTS (
    SELECT 1 FROM store_sales JOIN date_dim ON ss_sold_date_sk = d_date_sk
    WHERE c.c_customer_sk = ss_customer_sk AND d_year = 2002 AND d_moy BETWEEN 1 AND 4)
  AND c.c_customer_sk IN (
    SELECT ws_bill_customer_sk FROM web_sales JOIN date_dim ON ws_sold_date_sk = d_date_sk
    WHERE d_year = 2002 AND d_moy BETWEEN 1 AND 4
    UNION ALL
    SELECT cs_ship_customer_sk FROM catalog_sales JOIN date_dim ON cs_sold_date_sk = d_date_sk
    WHERE d_year = 2002 AND d_moy BETWEEN 1 AND 4)
GROUP BY cd_gender, cd_marital_status, cd_education_status
ORDER BY cd_gender, cd_marital_status, cd_education_status
LIMIT 100;

-- name: Q11 customers who move to the web
-- weight: 1
WITH totals AS (
  SELECT c_customer_id AS id, c_email_address AS email, d_year AS year, 's' AS channel,
         sum(ss_ext_list_price - ss_ext_discount_amt) AS total
  FROM customer
  JOIN store_sales ON c_customer_sk = ss_customer_sk
  JOIN date_dim ON ss_sold_date_sk = d_date_sk
  GROUP BY c_customer_sk, d_year
  UNION ALL
  SELECT c_customer_id, c_email_address, d_year, 'w', sum(ws_ext_list_price - ws_ext_discount_amt)
  FROM customer
  JOIN web_sales ON c_customer_sk = ws_bill_customer_sk
  JOIN date_dim ON ws_sold_date_sk = d_date_sk
  GROUP BY c_customer_sk, d_year)
SELECT s2.id, s2.email
FROM totals AS s1
JOIN totals AS s2 ON s2.id = s1.id AND s2.channel = 's' AND s2.year = 2002
JOIN totals AS w1 ON w1.id = s1.id AND w1.channel = 'w' AND w1.year = 2001
JOIN totals AS w2 ON w2.id = s1.id AND w2.channel = 'w' AND w2.year = 2002
WHERE s1.channel = 's' AND s1.year = 2001 AND s1.total > 0 AND w1.total > 0
  AND w2.total / w1.total > s2.total / s1.total
ORDER BY s2.id
LIMIT 100;

-- name: Q12 share of an item in its class, on the web
-- weight: 1
SELECT i_item_id, i_item_desc, i_category, i_class, i_current_price,
       sum(ws_ext_sales_price) AS revenue,
       sum(ws_ext_sales_price) * 100 / sum(sum(ws_ext_sales_price)) OVER (PARTITION BY i_class) AS share
FROM web_sales
JOIN item ON ws_item_sk = i_item_sk
JOIN date_dim ON ws_sold_date_sk = d_date_sk
WHERE i_category IN ('Sports', 'Books', 'Home') AND d_date BETWEEN '1999-02-22' AND '1999-03-24'
GROUP BY i_item_id, i_item_desc, i_category, i_class, i_current_price
ORDER BY i_category, i_class, i_item_id, i_item_desc, share
LIMIT 100;

-- name: Q13 averages under alternatives
-- weight: 1
SELECT avg(ss_quantity) AS quantity, avg(ss_ext_sales_price) AS price,
       avg(ss_ext_wholesale_cost) AS cost, sum(ss_ext_wholesale_cost) AS total_cost
FROM store_sales
JOIN store ON s_store_sk = ss_store_sk
JOIN date_dim ON ss_sold_date_sk = d_date_sk
JOIN household_demographics ON ss_hdemo_sk = hd_demo_sk
JOIN customer_demographics ON cd_demo_sk = ss_cdemo_sk
JOIN customer_address ON ss_addr_sk = ca_address_sk
WHERE d_year = 2001
  AND (cd_marital_status = 'M' AND hd_dep_count = 3
    OR cd_marital_status = 'S' AND hd_dep_count = 1
    OR cd_marital_status = 'W' AND hd_dep_count = 1)
  AND (ca_state IN ('TX', 'OH', 'TN') AND ss_net_profit BETWEEN -500 AND 2000
    OR ca_state IN ('GA', 'KS', 'KY') AND ss_net_profit BETWEEN -1000 AND 3000
    OR ca_state IN ('VA', 'MO', 'IN') AND ss_net_profit BETWEEN -2000 AND 250);

-- name: Q14 brands sold in every channel
-- weight: 1
WITH everywhere AS (
  SELECT i_brand_id AS brand_id, i_class_id AS class_id, i_category_id AS category_id
  FROM store_sales JOIN item ON ss_item_sk = i_item_sk
  JOIN date_dim ON ss_sold_date_sk = d_date_sk WHERE d_year BETWEEN 1999 AND 2001
  INTERSECT
  SELECT i_brand_id, i_class_id, i_category_id
  FROM catalog_sales JOIN item ON cs_item_sk = i_item_sk
  JOIN date_dim ON cs_sold_date_sk = d_date_sk WHERE d_year BETWEEN 1999 AND 2001
  INTERSECT
  SELECT i_brand_id, i_class_id, i_category_id
  FROM web_sales JOIN item ON ws_item_sk = i_item_sk
  JOIN date_dim ON ws_sold_date_sk = d_date_sk WHERE d_year BETWEEN 1999 AND 2001),
usual AS (
  SELECT avg(quantity * price) AS amount
  FROM (
    SELECT ss_quantity AS quantity, ss_list_price AS price
    FROM store_sales JOIN date_dim ON ss_sold_date_sk = d_date_sk WHERE d_year BETWEEN 1999 AND 2001
    UNION ALL
    SELECT ws_quantity, ws_list_price
    FROM web_sales JOIN date_dim ON ws_sold_date_sk = d_date_sk WHERE d_year BETWEEN 1999 AND 2001))
SELECT i_brand_id, i_class_id, i_category_id, sum(ss_quantity * ss_list_price) AS sales, count(*) AS number
FROM store_sales
JOIN item ON ss_item_sk = i_item_sk
JOIN date_dim ON ss_sold_date_sk = d_date_sk
WHERE d_year = 2001 AND d_moy = 11
  AND (i_brand_id, i_class_id, i_category_id) IN (SELECT brand_id, class_id, category_id FROM everywhere)
GROUP BY i_brand_id, i_class_id, i_category_id
HAVING sum(ss_quantity * ss_list_price) > (SELECT amount FROM usual)
ORDER BY i_brand_id, i_class_id, i_category_id
LIMIT 100;

-- name: Q15 catalogue sales by postcode
-- weight: 1
SELECT ca_zip, sum(cs_sales_price) AS sales
FROM catalog_sales
JOIN customer ON cs_bill_customer_sk = c_customer_sk
JOIN customer_address ON c_current_addr_sk = ca_address_sk
JOIN date_dim ON cs_sold_date_sk = d_date_sk
WHERE (substr(ca_zip, 1, 5) IN ('34136', '30399', '55124', '54854') OR ca_state IN ('CA', 'WA', 'GA')
    OR cs_sales_price > 200)
  AND d_qoy = 2 AND d_year = 2001
GROUP BY ca_zip
ORDER BY ca_zip
LIMIT 100;

-- name: Q16 catalogue orders that were never returned
-- weight: 1
SELECT count(DISTINCT cs_order_number) AS orders, sum(cs_ext_ship_cost) AS shipping,
       sum(cs_net_profit) AS profit
FROM catalog_sales
JOIN date_dim ON cs_ship_date_sk = d_date_sk
JOIN customer_address ON cs_ship_addr_sk = ca_address_sk
JOIN call_center ON cs_call_center_sk = cc_call_center_sk
WHERE d_date BETWEEN '2002-02-01' AND '2002-04-02' AND ca_state = 'GA'
  AND cc_county = 'Williamson County'
  AND cs_order_number IN (
    SELECT cs_order_number FROM catalog_sales GROUP BY cs_order_number HAVING count(DISTINCT cs_ship_mode_sk) > 1)
  AND cs_order_number NOT IN (SELECT cr_order_number FROM catalog_returns);

-- name: Q17 bought, returned and bought again
-- weight: 1
SELECT i_item_id, s_state, count(ss_quantity) AS sold, avg(ss_quantity) AS sold_avg,
       count(sr_return_quantity) AS returned, avg(sr_return_quantity) AS returned_avg,
       count(cs_quantity) AS ordered, avg(cs_quantity) AS ordered_avg
FROM store_sales
JOIN store_returns ON ss_customer_sk = sr_customer_sk AND ss_item_sk = sr_item_sk
  AND ss_ticket_number = sr_ticket_number
JOIN catalog_sales ON sr_customer_sk = cs_bill_customer_sk AND sr_item_sk = cs_item_sk
JOIN date_dim AS d1 ON d1.d_date_sk = ss_sold_date_sk
JOIN date_dim AS d2 ON d2.d_date_sk = sr_returned_date_sk
JOIN date_dim AS d3 ON d3.d_date_sk = cs_sold_date_sk
JOIN item ON i_item_sk = ss_item_sk
JOIN store ON s_store_sk = ss_store_sk
WHERE d1.d_year IN (2000, 2001) AND d2.d_year IN (2000, 2001) AND d3.d_year IN (2000, 2001)
GROUP BY i_item_id, s_state
ORDER BY i_item_id, s_state
LIMIT 100;

-- name: Q18 catalogue averages by place, with totals
-- weight: 1
WITH bought AS (
  SELECT i_item_id, ca_country, ca_state, cs_quantity AS quantity, cs_list_price AS price
  FROM catalog_sales
  JOIN customer_demographics ON cs_bill_cdemo_sk = cd_demo_sk
  JOIN customer ON cs_bill_customer_sk = c_customer_sk
  JOIN customer_address ON c_current_addr_sk = ca_address_sk
  JOIN date_dim ON cs_sold_date_sk = d_date_sk
  JOIN item ON cs_item_sk = i_item_sk
  WHERE cd_gender = 'F' AND cd_education_status = 'Unknown' AND c_birth_month IN (1, 6, 8, 9, 12)
    AND d_year = 1998)
SELECT i_item_id, ca_country, ca_state, avg(quantity) AS quantity, avg(price) AS price
FROM bought GROUP BY i_item_id, ca_country, ca_state
UNION ALL
SELECT i_item_id, ca_country, NULL, avg(quantity), avg(price) FROM bought GROUP BY i_item_id, ca_country
UNION ALL
SELECT NULL, NULL, NULL, avg(quantity), avg(price) FROM bought
ORDER BY 2, 3, 1
LIMIT 100;

-- name: Q19 brands bought far from home
-- weight: 1
SELECT i_brand_id, i_brand, i_manufact_id, sum(ss_ext_sales_price) AS price
FROM date_dim
JOIN store_sales ON d_date_sk = ss_sold_date_sk
JOIN item ON ss_item_sk = i_item_sk
JOIN customer ON ss_customer_sk = c_customer_sk
JOIN customer_address ON c_current_addr_sk = ca_address_sk
JOIN store ON ss_store_sk = s_store_sk
WHERE i_manager_id = 8 AND d_moy = 11 AND d_year = 1998 AND substr(ca_zip, 1, 5) <> substr(s_zip, 1, 5)
GROUP BY i_brand_id, i_brand, i_manufact_id
ORDER BY price DESC, i_brand, i_brand_id, i_manufact_id
LIMIT 100;

-- name: Q20 share of an item in its class, by catalogue
-- weight: 1
SELECT i_item_id, i_item_desc, i_category, i_class, sum(cs_ext_sales_price) AS revenue,
       sum(cs_ext_sales_price) * 100 / sum(sum(cs_ext_sales_price)) OVER (PARTITION BY i_class) AS share
FROM catalog_sales
JOIN item ON cs_item_sk = i_item_sk
JOIN date_dim ON cs_sold_date_sk = d_date_sk
WHERE i_category IN ('Music', 'Shoes', 'Men') AND d_date BETWEEN '1999-02-22' AND '1999-03-24'
GROUP BY i_item_id, i_item_desc, i_category, i_class
ORDER BY i_category, i_class, i_item_id, i_item_desc
LIMIT 100;

-- name: Q21 stock before and after a day
-- weight: 1
SELECT w_warehouse_name, i_item_id,
       sum(CASE WHEN d_date < '2000-03-11' THEN inv_quantity_on_hand ELSE 0 END) AS before,
       sum(CASE WHEN d_date >= '2000-03-11' THEN inv_quantity_on_hand ELSE 0 END) AS after
FROM inventory
JOIN warehouse ON inv_warehouse_sk = w_warehouse_sk
JOIN item ON i_item_sk = inv_item_sk
JOIN date_dim ON inv_date_sk = d_date_sk
WHERE i_current_price BETWEEN 0.99 AND 1.49 AND d_date BETWEEN '2000-02-10' AND '2000-04-10'
GROUP BY w_warehouse_name, i_item_id
HAVING before > 0 AND after * 1.0 / before BETWEEN 2.0 / 3.0 AND 3.0 / 2.0
ORDER BY w_warehouse_name, i_item_id
LIMIT 100;

-- name: Q22 average stock by product, with totals
-- weight: 1
WITH stock AS (
  SELECT i_product_name, i_brand, i_category, inv_quantity_on_hand AS quantity
  FROM inventory
  JOIN date_dim ON inv_date_sk = d_date_sk
  JOIN item ON inv_item_sk = i_item_sk
  WHERE d_month_seq BETWEEN 1200 AND 1203)
SELECT i_product_name, i_brand, i_category, avg(quantity) AS on_hand
FROM stock GROUP BY i_product_name, i_brand, i_category
UNION ALL
SELECT NULL, i_brand, i_category, avg(quantity) FROM stock GROUP BY i_brand, i_category
UNION ALL
SELECT NULL, NULL, i_category, avg(quantity) FROM stock GROUP BY i_category
ORDER BY 4, 1, 2, 3
LIMIT 100;

-- name: Q23 best customers and frequent items
-- weight: 1
WITH frequent AS (
  SELECT ss_item_sk AS item_sk
  FROM store_sales
  JOIN date_dim ON ss_sold_date_sk = d_date_sk
  WHERE d_year IN (2000, 2001, 2002, 2003)
  GROUP BY ss_item_sk
  HAVING count(*) > 60),
spent AS (
  SELECT ss_customer_sk AS customer_sk, sum(ss_quantity * ss_sales_price) AS amount
  FROM store_sales
  WHERE ss_customer_sk IS NOT NULL
  GROUP BY ss_customer_sk),
best AS (
  SELECT customer_sk FROM spent WHERE amount > 0.5 * (SELECT max(amount) FROM spent))
SELECT sum(sales) AS sales
FROM (
  SELECT cs_quantity * cs_list_price AS sales
  FROM catalog_sales
  JOIN date_dim ON cs_sold_date_sk = d_date_sk
  WHERE d_year = 2000 AND d_moy = 2
    AND cs_item_sk IN (SELECT item_sk FROM frequent)
    AND cs_bill_customer_sk IN (SELECT customer_sk FROM best)
  UNION ALL
  SELECT ws_quantity * ws_list_price
  FROM web_sales
  JOIN date_dim ON ws_sold_date_sk = d_date_sk
  WHERE d_year = 2000 AND d_moy = 2
    AND ws_item_sk IN (SELECT item_sk FROM frequent)
    AND ws_bill_customer_sk IN (SELECT customer_sk FROM best));

-- name: Q24 paid for a colour, and returned
-- weight: 1
WITH paid AS (
  SELECT c_last_name, c_first_name, s_store_name, i_color, sum(ss_net_paid) AS amount
  FROM store_sales
  JOIN store_returns ON ss_ticket_number = sr_ticket_number AND ss_item_sk = sr_item_sk
  JOIN store ON ss_store_sk = s_store_sk
  JOIN item ON ss_item_sk = i_item_sk
  JOIN customer ON ss_customer_sk = c_customer_sk
  GROUP BY c_last_name, c_first_name, s_store_name, i_color)
SELECT c_last_name, c_first_name, s_store_name, sum(amount) AS amount
FROM paid
WHERE i_color = 'salmon'
GROUP BY c_last_name, c_first_name, s_store_name
HAVING sum(amount) > (SELECT 0.5 * avg(amount) FROM paid)
ORDER BY c_last_name, c_first_name, s_store_name
LIMIT 100;

-- name: Q25 profit of what was returned and bought again
-- weight: 1
SELECT i_item_id, i_item_desc, s_store_id, s_store_name, sum(ss_net_profit) AS store_profit,
       sum(sr_net_loss) AS returned_loss, sum(cs_net_profit) AS catalogue_profit
FROM store_sales
JOIN store_returns ON ss_customer_sk = sr_customer_sk AND ss_item_sk = sr_item_sk
  AND ss_ticket_number = sr_ticket_number
JOIN catalog_sales ON sr_customer_sk = cs_bill_customer_sk AND sr_item_sk = cs_item_sk
JOIN date_dim ON d_date_sk = ss_sold_date_sk
JOIN item ON i_item_sk = ss_item_sk
JOIN store ON s_store_sk = ss_store_sk
WHERE d_moy BETWEEN 1 AND 9
GROUP BY i_item_id, i_item_desc, s_store_id, s_store_name
ORDER BY i_item_id, i_item_desc, s_store_id, s_store_name
LIMIT 100;

-- name: Q26 catalogue averages by item for one demography
-- weight: 1
SELECT i_item_id, avg(cs_quantity) AS quantity, avg(cs_list_price) AS list_price,
       avg(cs_coupon_amt) AS coupon, avg(cs_sales_price) AS sales_price
FROM catalog_sales
JOIN customer_demographics ON cs_bill_cdemo_sk = cd_demo_sk
JOIN date_dim ON cs_sold_date_sk = d_date_sk
JOIN item ON cs_item_sk = i_item_sk
JOIN promotion ON cs_promo_sk = p_promo_sk
WHERE cd_gender = 'F' AND cd_marital_status = 'W' AND cd_education_status = 'Primary'
  AND (p_channel_email = 'N' OR p_channel_event = 'N') AND d_year = 2000
GROUP BY i_item_id
ORDER BY i_item_id
LIMIT 100;

-- name: Q27 store averages by item and state, with totals
-- weight: 1
WITH bought AS (
  SELECT i_item_id, s_state, ss_quantity AS quantity, ss_list_price AS price, ss_coupon_amt AS coupon
  FROM store_sales
  JOIN customer_demographics ON ss_cdemo_sk = cd_demo_sk
  JOIN date_dim ON ss_sold_date_sk = d_date_sk
  JOIN item ON ss_item_sk = i_item_sk
  JOIN store ON ss_store_sk = s_store_sk
  WHERE cd_gender = 'M' AND cd_marital_status = 'D' AND cd_education_status = 'College'
    AND d_year = 1999 AND s_state = 'TN')
SELECT i_item_id, s_state, avg(quantity) AS quantity, avg(price) AS price, avg(coupon) AS coupon
FROM bought GROUP BY i_item_id, s_state
UNION ALL
SELECT i_item_id, NULL, avg(quantity), avg(price), avg(coupon) FROM bought GROUP BY i_item_id
UNION ALL
SELECT NULL, NULL, avg(quantity), avg(price), avg(coupon) FROM bought
ORDER BY 1, 2
LIMIT 100;

-- name: Q28 list prices in six bands
-- weight: 1
SELECT b1.*, b2.*, b3.*
FROM (
  SELECT avg(ss_list_price) AS price_1, count(ss_list_price) AS count_1, count(DISTINCT ss_list_price) AS distinct_1
  FROM store_sales
  WHERE ss_quantity BETWEEN 0 AND 5
    AND (ss_list_price BETWEEN 8 AND 18 OR ss_coupon_amt BETWEEN 459 AND 1459 OR ss_wholesale_cost BETWEEN 57 AND 77)) AS b1,
 (
  SELECT avg(ss_list_price) AS price_2, count(ss_list_price) AS count_2, count(DISTINCT ss_list_price) AS distinct_2
  FROM store_sales
  WHERE ss_quantity BETWEEN 6 AND 10
    AND (ss_list_price BETWEEN 90 AND 100 OR ss_coupon_amt BETWEEN 2323 AND 3323 OR ss_wholesale_cost BETWEEN 31 AND 51)) AS b2,
 (
  SELECT avg(ss_list_price) AS price_3, count(ss_list_price) AS count_3, count(DISTINCT ss_list_price) AS distinct_3
  FROM store_sales
  WHERE ss_quantity BETWEEN 11 AND 15
    AND (ss_list_price BETWEEN 142 AND 152 OR ss_coupon_amt BETWEEN 12214 AND 13214 OR ss_wholesale_cost BETWEEN 79 AND 99)) AS b3;

-- name: Q29 quantities of what was returned and bought again
-- weight: 1
SELECT i_item_id, i_item_desc, s_store_id, sum(ss_quantity) AS sold, sum(sr_return_quantity) AS returned,
       sum(cs_quantity) AS ordered
FROM store_sales
JOIN store_returns ON ss_customer_sk = sr_customer_sk AND ss_item_sk = sr_item_sk
  AND ss_ticket_number = sr_ticket_number
JOIN catalog_sales ON sr_customer_sk = cs_bill_customer_sk AND sr_item_sk = cs_item_sk
JOIN date_dim AS sold ON sold.d_date_sk = ss_sold_date_sk
JOIN date_dim AS ordered ON ordered.d_date_sk = cs_sold_date_sk
JOIN item ON i_item_sk = ss_item_sk
JOIN store ON s_store_sk = ss_store_sk
WHERE sold.d_year = 1999 AND ordered.d_year IN (1999, 2000, 2001)
GROUP BY i_item_id, i_item_desc, s_store_id
ORDER BY i_item_id, i_item_desc, s_store_id
LIMIT 100;

-- name: Q30 customers who return more on the web
-- weight: 1
WITH returned AS (
  SELECT wr_returning_customer_sk AS customer_sk, ca_state AS state, sum(wr_return_amt) AS amount
  FROM web_returns
  JOIN date_dim ON wr_returned_date_sk = d_date_sk
  JOIN customer_address ON wr_returning_addr_sk = ca_address_sk
  WHERE d_year = 2002
  GROUP BY wr_returning_customer_sk, ca_state)
SELECT c_customer_id, c_salutation, c_first_name, c_last_name, r.state, r.amount
FROM returned AS r
JOIN customer ON r.customer_sk = c_customer_sk
WHERE r.amount > (SELECT avg(amount) * 1.2 FROM returned AS other WHERE other.state = r.state)
ORDER BY c_customer_id, r.state, r.amount
LIMIT 100;

-- name: Q31 states that grow faster on the web
-- weight: 1
WITH stores AS (
  SELECT ca_state, d_qoy, d_year, sum(ss_ext_sales_price) AS sales
  FROM store_sales
  JOIN date_dim ON ss_sold_date_sk = d_date_sk
  JOIN customer_address ON ss_addr_sk = ca_address_sk
  WHERE d_year = 2000
  GROUP BY ca_state, d_qoy, d_year),
web AS (
  SELECT ca_state, d_qoy, d_year, sum(ws_ext_sales_price) AS sales
  FROM web_sales
  JOIN date_dim ON ws_sold_date_sk = d_date_sk
  JOIN customer_address ON ws_bill_addr_sk = ca_address_sk
  WHERE d_year = 2000
  GROUP BY ca_state, d_qoy, d_year)
SELECT s1.ca_state, s1.d_year, w2.sales / w1.sales AS web_growth, s2.sales / s1.sales AS store_growth
FROM stores AS s1
JOIN stores AS s2 ON s2.ca_state = s1.ca_state AND s2.d_qoy = 2
JOIN web AS w1 ON w1.ca_state = s1.ca_state AND w1.d_qoy = 1
JOIN web AS w2 ON w2.ca_state = s1.ca_state AND w2.d_qoy = 2
WHERE s1.d_qoy = 1 AND w1.sales > 0 AND s1.sales > 0 AND w2.sales / w1.sales > s2.sales / s1.sales
ORDER BY s1.ca_state;

-- name: Q32 discounts above the usual, by catalogue
-- weight: 1
SELECT sum(cs_ext_discount_amt) AS excess
FROM catalog_sales
JOIN item ON i_item_sk = cs_item_sk
JOIN date_dim ON d_date_sk = cs_sold_date_sk
WHERE i_manufact_id = 286 AND d_date BETWEEN '2000-01-27' AND '2000-04-26'
  AND cs_ext_discount_amt > (
    SELECT 1.3 * avg(cs_ext_discount_amt)
    FROM catalog_sales
    JOIN date_dim ON d_date_sk = cs_sold_date_sk
    WHERE cs_item_sk = i_item_sk AND d_date BETWEEN '2000-01-27' AND '2000-04-26');

-- name: Q33 manufacturers of a category in three channels
-- weight: 1
WITH makers AS (SELECT i_manufact_id FROM item WHERE i_category = 'Electronics'),
sold AS (
  SELECT i_manufact_id, sum(ss_ext_sales_price) AS sales
  FROM store_sales
  JOIN date_dim ON ss_sold_date_sk = d_date_sk
  JOIN customer_address ON ss_addr_sk = ca_address_sk
  JOIN item ON ss_item_sk = i_item_sk
  WHERE i_manufact_id IN (SELECT i_manufact_id FROM makers) AND d_year = 1998 AND d_moy = 5
    AND ca_gmt_offset = -5
  GROUP BY i_manufact_id
  UNION ALL
  SELECT i_manufact_id, sum(cs_ext_sales_price)
  FROM catalog_sales
  JOIN date_dim ON cs_sold_date_sk = d_date_sk
  JOIN customer_address ON cs_bill_addr_sk = ca_address_sk
  JOIN item ON cs_item_sk = i_item_sk
  WHERE i_manufact_id IN (SELECT i_manufact_id FROM makers) AND d_year = 1998 AND d_moy = 5
    AND ca_gmt_offset = -5
  GROUP BY i_manufact_id
  UNION ALL
  SELECT i_manufact_id, sum(ws_ext_sales_price)
  FROM web_sales
  JOIN date_dim ON ws_sold_date_sk = d_date_sk
  JOIN customer_address ON ws_bill_addr_sk = ca_address_sk
  JOIN item ON ws_item_sk = i_item_sk
  WHERE i_manufact_id IN (SELECT i_manufact_id FROM makers) AND d_year = 1998 AND d_moy = 5
    AND ca_gmt_offset = -5
  GROUP BY i_manufact_id)
SELECT i_manufact_id, sum(sales) AS total
FROM sold
GROUP BY i_manufact_id
ORDER BY total, i_manufact_id
LIMIT 100;

-- name: Q34 large tickets of large households
-- weight: 1
SELECT c_last_name, c_first_name, c_salutation, ticket, items
FROM (
  SELECT ss_ticket_number AS ticket, ss_customer_sk AS customer_sk, count(*) AS items
  FROM store_sales
  JOIN date_dim ON ss_sold_date_sk = d_date_sk
  JOIN store ON ss_store_sk = s_store_sk
  JOIN household_demographics ON ss_hdemo_sk = hd_demo_sk
  WHERE (d_dom BETWEEN 1 AND 3 OR d_dom BETWEEN 25 AND 28)
    AND hd_buy_potential IN ('>10000', 'Unknown')
    AND hd_vehicle_count > 0
    AND CASE WHEN hd_vehicle_count > 0 THEN hd_dep_count * 1.0 / hd_vehicle_count END > 1.2
    AND d_year IN (1999, 2000, 2001) AND s_county = 'Williamson County'
  GROUP BY ss_ticket_number, ss_customer_sk)
JOIN customer ON customer_sk = c_customer_sk
WHERE items BETWEEN 14 AND 20
ORDER BY c_last_name, c_first_name, c_salutation, ticket, items
LIMIT 100;

-- name: Q35 customers of the stores and another channel
-- weight: 1
SELECT ca_state, cd_gender, cd_marital_status, cd_dep_count, count(*) AS customers,
       min(cd_dep_employed_count) AS least, max(cd_dep_college_count) AS most
FROM customer AS c
JOIN customer_address ON c.c_current_addr_sk = ca_address_sk
JOIN customer_demographics ON cd_demo_sk = c.c_current_cdemo_sk
WHERE c.c_customer_sk IN (
    SELECT ss_customer_sk FROM store_sales JOIN date_dim ON ss_sold_date_sk = d_date_sk
    WHERE d_year = 2002 AND d_qoy < 4)
  AND (c.c_customer_sk IN (
      SELECT ws_bill_customer_sk FROM web_sales JOIN date_dim ON ws_sold_date_sk = d_date_sk
      WHERE d_year = 2002 AND d_qoy < 4)
    OR c.c_customer_sk IN (
      SELECT cs_ship_customer_sk FROM catalog_sales JOIN date_dim ON cs_sold_date_sk = d_date_sk
      WHERE d_year = 2002 AND d_qoy < 4))
GROUP BY ca_state, cd_gender, cd_marital_status, cd_dep_count
ORDER BY ca_state, cd_gender, cd_marital_status, cd_dep_count
LIMIT 100;

-- name: Q36 margin by category and class, ranked
-- weight: 1
WITH margins AS (
  SELECT i_category, i_class, sum(ss_net_profit) / sum(ss_ext_sales_price) AS margin
  FROM store_sales
  JOIN date_dim ON d_date_sk = ss_sold_date_sk
  JOIN item ON i_item_sk = ss_item_sk
  JOIN store ON s_store_sk = ss_store_sk
  WHERE d_year = 2001 AND s_state = 'TN'
  GROUP BY i_category, i_class)
SELECT i_category, i_class, margin, rank() OVER (PARTITION BY i_category ORDER BY margin) AS place
FROM margins
ORDER BY i_category, place, i_class
LIMIT 100;

-- name: Q37 catalogue items in stock
-- weight: 1
SELECT i_item_id, i_item_desc, i_current_price
FROM item
JOIN inventory ON inv_item_sk = i_item_sk
JOIN date_dim ON d_date_sk = inv_date_sk
JOIN catalog_sales ON cs_item_sk = i_item_sk
WHERE i_current_price BETWEEN 60 AND 99 AND d_date BETWEEN '2000-02-01' AND '2000-04-01'
  AND i_manager_id IN (1, 2, 3, 4) AND inv_quantity_on_hand BETWEEN 100 AND 500
GROUP BY i_item_id, i_item_desc, i_current_price
ORDER BY i_item_id, i_item_desc
LIMIT 100;

-- name: Q38 customers of all channels on one day
-- weight: 1
SELECT count(*) AS customers
FROM (
  SELECT c_last_name, c_first_name, d_year
  FROM store_sales JOIN date_dim ON ss_sold_date_sk = d_date_sk
  JOIN customer ON ss_customer_sk = c_customer_sk WHERE d_month_seq BETWEEN 1200 AND 1211
  INTERSECT
  SELECT c_last_name, c_first_name, d_year
  FROM catalog_sales JOIN date_dim ON cs_sold_date_sk = d_date_sk
  JOIN customer ON cs_bill_customer_sk = c_customer_sk WHERE d_month_seq BETWEEN 1200 AND 1211
  INTERSECT
  SELECT c_last_name, c_first_name, d_year
  FROM web_sales JOIN date_dim ON ws_sold_date_sk = d_date_sk
  JOIN customer ON ws_bill_customer_sk = c_customer_sk WHERE d_month_seq BETWEEN 1200 AND 1211);

-- name: Q39 stock that varies from month to month
-- weight: 1
WITH varied AS (
  SELECT w_warehouse_sk AS warehouse, i_item_sk AS item, d_moy AS month, avg(inv_quantity_on_hand) AS mean,
         avg(inv_quantity_on_hand * inv_quantity_on_hand)
           - avg(inv_quantity_on_hand) * avg(inv_quantity_on_hand) AS variance
  FROM inventory
  JOIN item ON inv_item_sk = i_item_sk
  JOIN warehouse ON inv_warehouse_sk = w_warehouse_sk
  JOIN date_dim ON inv_date_sk = d_date_sk
  WHERE d_year = 2001
  GROUP BY w_warehouse_sk, i_item_sk, d_moy)
SELECT one.warehouse, one.item, one.month, one.mean, one.variance, two.mean, two.variance
FROM varied AS one
JOIN varied AS two ON two.warehouse = one.warehouse AND two.item = one.item AND two.month = 2
WHERE one.month = 1 AND one.mean > 0 AND two.mean > 0
  AND one.variance > 0.6 * one.mean * one.mean AND two.variance > 0.6 * two.mean * two.mean
ORDER BY one.warehouse, one.item;

-- name: Q40 catalogue sales less refunds, around a day
-- weight: 1
SELECT w_state, i_item_id,
       sum(CASE WHEN d_date < '2000-03-11' THEN cs_sales_price - coalesce(cr_refunded_cash, 0) ELSE 0 END) AS before,
       sum(CASE WHEN d_date >= '2000-03-11' THEN cs_sales_price - coalesce(cr_refunded_cash, 0) ELSE 0 END) AS after
FROM catalog_sales
LEFT JOIN catalog_returns ON cs_order_number = cr_order_number AND cs_item_sk = cr_item_sk
JOIN warehouse ON cs_warehouse_sk = w_warehouse_sk
JOIN item ON i_item_sk = cs_item_sk
JOIN date_dim ON cs_sold_date_sk = d_date_sk
WHERE i_current_price BETWEEN 0.99 AND 1.49 AND d_date BETWEEN '2000-02-10' AND '2000-04-10'
GROUP BY w_state, i_item_id
ORDER BY w_state, i_item_id
LIMIT 100;

-- name: Q41 products with a sibling of some colours
-- weight: 1
SELECT DISTINCT i_product_name
FROM item AS i1
WHERE i_manufact_id BETWEEN 38 AND 138
  AND (SELECT count(*)
       FROM item
       WHERE i_manufact = i1.i_manufact
         AND (i_category = 'Women' AND i_color IN ('salmon', 'sky', 'red') AND i_size IN ('medium', 'large')
           OR i_category = 'Men' AND i_color IN ('rose', 'tan', 'peach') AND i_size IN ('small', 'petite')
           OR i_category = 'Shoes' AND i_units IN ('Ounce', 'Case', 'Ton'))) > 0
ORDER BY i_product_name
LIMIT 100;

-- name: Q42 categories in November
-- weight: 1
SELECT d_year, i_category_id, i_category, sum(ss_ext_sales_price) AS sales
FROM date_dim
JOIN store_sales ON d_date_sk = ss_sold_date_sk
JOIN item ON ss_item_sk = i_item_sk
WHERE i_manager_id = 1 AND d_moy = 11 AND d_year = 2000
GROUP BY d_year, i_category_id, i_category
ORDER BY sales DESC, d_year, i_category_id, i_category
LIMIT 100;

-- name: Q43 store sales by day of the week
-- weight: 1
SELECT s_store_name, s_store_id,
       sum(CASE WHEN d_day_name = 'Sunday' THEN ss_sales_price END) AS sunday,
       sum(CASE WHEN d_day_name = 'Monday' THEN ss_sales_price END) AS monday,
       sum(CASE WHEN d_day_name = 'Friday' THEN ss_sales_price END) AS friday,
       sum(CASE WHEN d_day_name = 'Saturday' THEN ss_sales_price END) AS saturday
FROM date_dim
JOIN store_sales ON d_date_sk = ss_sold_date_sk
JOIN store ON s_store_sk = ss_store_sk
WHERE s_gmt_offset = -5 AND d_year = 2000
GROUP BY s_store_name, s_store_id
ORDER BY s_store_name, s_store_id;

-- name: Q44 best and worst items
-- weight: 1
WITH averages AS (
  SELECT ss_item_sk AS item_sk, avg(ss_net_profit) AS profit
  FROM store_sales
  WHERE ss_store_sk = 1
  GROUP BY ss_item_sk
  HAVING avg(ss_net_profit) > -2000),
ranked AS (
  SELECT item_sk, row_number() OVER (ORDER BY profit, item_sk) AS worst,
         row_number() OVER (ORDER BY profit DESC, item_sk DESC) AS best
  FROM averages)
SELECT a.worst AS place, best_item.i_product_name AS best, worst_item.i_product_name AS worst
FROM ranked AS a
JOIN ranked AS b ON b.best = a.worst
JOIN item AS worst_item ON worst_item.i_item_sk = a.item_sk
JOIN item AS best_item ON best_item.i_item_sk = b.item_sk
WHERE a.worst <= 10
ORDER BY a.worst;

-- name: Q45 web sales by postcode or item
-- weight: 1
SELECT ca_zip, ca_city, sum(ws_sales_price) AS sales
FROM web_sales
JOIN customer ON ws_bill_customer_sk = c_customer_sk
JOIN customer_address ON c_current_addr_sk = ca_address_sk
JOIN item ON ws_item_sk = i_item_sk
JOIN date_dim ON ws_sold_date_sk = d_date_sk
WHERE (substr(ca_zip, 1, 5) IN ('34136', '30399', '55124', '54854')
    OR i_item_id IN (SELECT i_item_id FROM item WHERE i_item_sk IN (2, 3, 5, 7, 11, 13, 17, 19, 23, 29)))
  AND d_qoy = 2 AND d_year = 2001
GROUP BY ca_zip, ca_city
ORDER BY ca_zip, ca_city
LIMIT 100;

-- name: Q46 tickets bought away from home
-- weight: 1
SELECT c_last_name, c_first_name, home.ca_city, bought_city, ticket, coupon, profit
FROM (
  SELECT ss_ticket_number AS ticket, ss_customer_sk AS customer_sk, ca_city AS bought_city,
         sum(ss_coupon_amt) AS coupon, sum(ss_net_profit) AS profit
  FROM store_sales
  JOIN date_dim ON ss_sold_date_sk = d_date_sk
  JOIN store ON ss_store_sk = s_store_sk
  JOIN household_demographics ON ss_hdemo_sk = hd_demo_sk
  JOIN customer_address ON ss_addr_sk = ca_address_sk
  WHERE (hd_dep_count = 4 OR hd_vehicle_count = 3) AND d_day_name IN ('Saturday', 'Sunday')
    AND d_year IN (1999, 2000, 2001) AND s_city = 'Midway'
  GROUP BY ss_ticket_number, ss_customer_sk, ss_addr_sk, ca_city)
JOIN customer ON customer_sk = c_customer_sk
JOIN customer_address AS home ON c_current_addr_sk = home.ca_address_sk
WHERE home.ca_city <> bought_city
ORDER BY c_last_name, c_first_name, home.ca_city, bought_city, ticket
LIMIT 100;

-- name: Q47 months unlike their neighbours, in stores
-- weight: 1
WITH monthly AS (
  SELECT i_category, i_brand, s_store_name, d_year, d_moy, sum(ss_sales_price) AS sales,
         avg(sum(ss_sales_price)) OVER (PARTITION BY i_category, i_brand, s_store_name, d_year) AS usual,
         rank() OVER (PARTITION BY i_category, i_brand, s_store_name ORDER BY d_year, d_moy) AS place
  FROM item
  JOIN store_sales ON ss_item_sk = i_item_sk
  JOIN date_dim ON ss_sold_date_sk = d_date_sk
  JOIN store ON ss_store_sk = s_store_sk
  WHERE i_category IN ('Books', 'Music')
    AND (d_year = 1999 OR d_year = 1998 AND d_moy = 12 OR d_year = 2000 AND d_moy = 1)
  GROUP BY i_category, i_brand, s_store_name, d_year, d_moy)
SELECT this.i_category, this.i_brand, this.s_store_name, this.d_moy, this.usual, this.sales,
       last.sales AS before, next.sales AS after
FROM monthly AS this
JOIN monthly AS last ON last.i_category = this.i_category AND last.i_brand = this.i_brand
  AND last.s_store_name = this.s_store_name AND last.place = this.place - 1
JOIN monthly AS next ON next.i_category = this.i_category AND next.i_brand = this.i_brand
  AND next.s_store_name = this.s_store_name AND next.place = this.place + 1
WHERE this.d_year = 1999 AND this.usual > 0 AND abs(this.sales - this.usual) / this.usual > 0.1
ORDER BY this.i_category, this.i_brand, this.s_store_name, this.d_moy
LIMIT 100;

-- name: Q48 quantity under alternatives
-- weight: 1
SELECT sum(ss_quantity) AS quantity
FROM store_sales
JOIN store ON s_store_sk = ss_store_sk
JOIN customer_demographics ON cd_demo_sk = ss_cdemo_sk
JOIN customer_address ON ss_addr_sk = ca_address_sk
JOIN date_dim ON ss_sold_date_sk = d_date_sk
WHERE d_year = 2000
  AND (cd_marital_status = 'M' AND cd_education_status = '4 yr Degree' AND ss_sales_price BETWEEN 100 AND 150
    OR cd_marital_status = 'D' AND cd_education_status = '2 yr Degree' AND ss_sales_price BETWEEN 50 AND 100
    OR cd_marital_status = 'S' AND cd_education_status = 'College' AND ss_sales_price BETWEEN 150 AND 200)
  AND ca_country = 'United States';

-- name: Q49 worst returns of each channel
-- weight: 1
SELECT channel, item, ratio, place
FROM (
  SELECT 'web' AS channel, ws_item_sk AS item,
         sum(coalesce(wr_return_quantity, 0)) * 1.0 / sum(coalesce(ws_quantity, 0)) AS ratio,
         rank() OVER (ORDER BY sum(coalesce(wr_return_quantity, 0)) * 1.0 / sum(coalesce(ws_quantity, 0)) DESC) AS place
  FROM web_sales
  LEFT JOIN web_returns ON ws_order_number = wr_order_number AND ws_item_sk = wr_item_sk
  JOIN date_dim ON ws_sold_date_sk = d_date_sk
  WHERE ws_quantity > 0 AND d_year = 2001 AND d_moy = 12
  GROUP BY ws_item_sk
  UNION ALL
  SELECT 'store', ss_item_sk,
         sum(coalesce(sr_return_quantity, 0)) * 1.0 / sum(coalesce(ss_quantity, 0)),
         rank() OVER (ORDER BY sum(coalesce(sr_return_quantity, 0)) * 1.0 / sum(coalesce(ss_quantity, 0)) DESC)
  FROM store_sales
  LEFT JOIN store_returns ON ss_ticket_number = sr_ticket_number AND ss_item_sk = sr_item_sk
  JOIN date_dim ON ss_sold_date_sk = d_date_sk
  WHERE ss_quantity > 0 AND d_year = 2001 AND d_moy = 12
  GROUP BY ss_item_sk)
WHERE place <= 10
ORDER BY channel, place, item
LIMIT 100;

-- name: Q50 days until a return
-- weight: 1
SELECT s_store_name, s_store_id,
       sum(sr_returned_date_sk - ss_sold_date_sk <= 30) AS within_30,
       sum(sr_returned_date_sk - ss_sold_date_sk BETWEEN 31 AND 60) AS within_60,
       sum(sr_returned_date_sk - ss_sold_date_sk > 60) AS later
FROM store_sales
JOIN store_returns ON ss_ticket_number = sr_ticket_number AND ss_item_sk = sr_item_sk
  AND ss_customer_sk = sr_customer_sk
JOIN store ON ss_store_sk = s_store_sk
JOIN date_dim ON sr_returned_date_sk = d_date_sk
WHERE d_year = 2001 AND d_moy = 8
GROUP BY s_store_name, s_store_id
ORDER BY s_store_name, s_store_id;

-- name: Q51 running totals of web and stores
-- weight: 1
WITH web AS (
  SELECT ws_item_sk AS item_sk, d_date AS day,
         sum(sum(ws_sales_price)) OVER (PARTITION BY ws_item_sk ORDER BY d_date) AS total
  FROM web_sales
  JOIN date_dim ON ws_sold_date_sk = d_date_sk
  WHERE d_month_seq BETWEEN 1200 AND 1202
  GROUP BY ws_item_sk, d_date),
stores AS (
  SELECT ss_item_sk AS item_sk, d_date AS day,
         sum(sum(ss_sales_price)) OVER (PARTITION BY ss_item_sk ORDER BY d_date) AS total
  FROM store_sales
  JOIN date_dim ON ss_sold_date_sk = d_date_sk
  WHERE d_month_seq BETWEEN 1200 AND 1202
  GROUP BY ss_item_sk, d_date)
SELECT web.item_sk, web.day, web.total AS web_total, stores.total AS store_total
FROM web
JOIN stores ON stores.item_sk = web.item_sk AND stores.day = web.day
WHERE web.total > stores.total
ORDER BY web.item_sk, web.day
LIMIT 100;

-- name: Q52 brands of a manager in November
-- weight: 1
SELECT d_year, i_brand_id, i_brand, sum(ss_ext_sales_price) AS price
FROM date_dim
JOIN store_sales ON d_date_sk = ss_sold_date_sk
JOIN item ON ss_item_sk = i_item_sk
WHERE i_manager_id = 1 AND d_moy = 11 AND d_year = 2000
GROUP BY d_year, i_brand_id, i_brand
ORDER BY d_year, price DESC, i_brand_id
LIMIT 100;

-- name: Q53 manufacturers with uneven quarters
-- weight: 1
SELECT manufact, quarter, sales, usual
FROM (
  SELECT i_manufact_id AS manufact, d_qoy AS quarter, sum(ss_sales_price) AS sales,
         avg(sum(ss_sales_price)) OVER (PARTITION BY i_manufact_id) AS usual
  FROM item
  JOIN store_sales ON ss_item_sk = i_item_sk
  JOIN date_dim ON ss_sold_date_sk = d_date_sk
  JOIN store ON ss_store_sk = s_store_sk
  WHERE d_month_seq BETWEEN 1200 AND 1211
    AND (i_category IN ('Books', 'Children', 'Electronics') AND i_class IN ('personal', 'portable', 'reference', 'self-help')
      OR i_category IN ('Women', 'Music', 'Men') AND i_class IN ('accessories', 'classical', 'fragrances', 'pants'))
  GROUP BY i_manufact_id, d_qoy)
WHERE usual > 0 AND abs(sales - usual) / usual > 0.1
ORDER BY usual, sales, manufact
LIMIT 100;

-- name: Q54 later store revenue of new catalogue customers
-- weight: 1
WITH found AS (
  SELECT DISTINCT c_customer_sk AS customer_sk, c_current_addr_sk AS addr_sk
  FROM (
    SELECT cs_sold_date_sk AS date_sk, cs_bill_customer_sk AS customer_sk, cs_item_sk AS item_sk FROM catalog_sales
    UNION ALL
    SELECT ws_sold_date_sk, ws_bill_customer_sk, ws_item_sk FROM web_sales) AS sold
  JOIN item ON sold.item_sk = i_item_sk
  JOIN date_dim ON sold.date_sk = d_date_sk
  JOIN customer ON c_customer_sk = sold.customer_sk
  WHERE i_category = 'Women' AND d_moy = 12 AND d_year = 1998),
revenue AS (
  SELECT customer_sk, sum(ss_ext_sales_price) AS amount
  FROM found
  JOIN store_sales ON found.customer_sk = ss_customer_sk
  JOIN date_dim ON ss_sold_date_sk = d_date_sk
  WHERE d_month_seq BETWEEN 1188 AND 1190
  GROUP BY customer_sk)
SELECT CAST(amount / 50 AS INTEGER) AS segment, count(*) AS customers
FROM revenue
GROUP BY segment
ORDER BY segment
LIMIT 100;

-- name: Q55 brands of another manager
-- weight: 1
SELECT i_brand_id, i_brand, sum(ss_ext_sales_price) AS price
FROM date_dim
JOIN store_sales ON d_date_sk = ss_sold_date_sk
JOIN item ON ss_item_sk = i_item_sk
WHERE i_manager_id = 28 AND d_moy = 11 AND d_year = 1999
GROUP BY i_brand_id, i_brand
ORDER BY price DESC, i_brand_id
LIMIT 100;

-- name: Q56 items of some colours in two channels
-- weight: 1
WITH coloured AS (SELECT i_item_id FROM item WHERE i_color IN ('salmon', 'sky', 'red')),
sold AS (
  SELECT i_item_id, sum(ss_ext_sales_price) AS sales
  FROM store_sales
  JOIN item ON ss_item_sk = i_item_sk
  JOIN date_dim ON ss_sold_date_sk = d_date_sk
  WHERE i_item_id IN (SELECT i_item_id FROM coloured) AND d_year = 2001 AND d_moy = 2
  GROUP BY i_item_id
  UNION ALL
  SELECT i_item_id, sum(cs_ext_sales_price)
  FROM catalog_sales
  JOIN item ON cs_item_sk = i_item_sk
  JOIN date_dim ON cs_sold_date_sk = d_date_sk
  WHERE i_item_id IN (SELECT i_item_id FROM coloured) AND d_year = 2001 AND d_moy = 2
  GROUP BY i_item_id)
SELECT i_item_id, sum(sales) AS total
FROM sold
GROUP BY i_item_id
ORDER BY total, i_item_id
LIMIT 100;

-- name: Q57 months unlike their neighbours, by catalogue
-- weight: 1
WITH monthly AS (
  SELECT i_category, i_brand, cc_name, d_year, d_moy, sum(cs_sales_price) AS sales,
         avg(sum(cs_sales_price)) OVER (PARTITION BY i_category, i_brand, cc_name, d_year) AS usual,
         rank() OVER (PARTITION BY i_category, i_brand, cc_name ORDER BY d_year, d_moy) AS place
  FROM item
  JOIN catalog_sales ON cs_item_sk = i_item_sk
  JOIN date_dim ON cs_sold_date_sk = d_date_sk
  JOIN call_center ON cc_call_center_sk = cs_call_center_sk
  WHERE i_category IN ('Books', 'Music')
    AND (d_year = 1999 OR d_year = 1998 AND d_moy = 12 OR d_year = 2000 AND d_moy = 1)
  GROUP BY i_category, i_brand, cc_name, d_year, d_moy)
SELECT this.i_category, this.i_brand, this.d_moy, this.usual, this.sales, last.sales AS before
FROM monthly AS this
JOIN monthly AS last ON last.i_category = this.i_category AND last.i_brand = this.i_brand
  AND last.cc_name = this.cc_name AND last.place = this.place - 1
WHERE this.d_year = 1999 AND this.usual > 0 AND abs(this.sales - this.usual) / this.usual > 0.1
ORDER BY this.i_category, this.i_brand, this.cc_name, this.d_moy
LIMIT 100;

-- name: Q58 items alike in two channels in one month
-- weight: 1
WITH stores AS (
  SELECT i_item_id AS id, sum(ss_ext_sales_price) AS revenue
  FROM store_sales
  JOIN item ON ss_item_sk = i_item_sk
  JOIN date_dim ON ss_sold_date_sk = d_date_sk
  WHERE d_date IN (SELECT d_date FROM date_dim WHERE d_month_seq = (SELECT d_month_seq FROM date_dim WHERE d_date = '2000-01-03'))
  GROUP BY i_item_id),
catalogue AS (
  SELECT i_item_id AS id, sum(cs_ext_sales_price) AS revenue
  FROM catalog_sales
  JOIN item ON cs_item_sk = i_item_sk
  JOIN date_dim ON cs_sold_date_sk = d_date_sk
  WHERE d_date IN (SELECT d_date FROM date_dim WHERE d_month_seq = (SELECT d_month_seq FROM date_dim WHERE d_date = '2000-01-03'))
  GROUP BY i_item_id)
SELECT stores.id, stores.revenue AS store_revenue, catalogue.revenue AS catalogue_revenue
FROM stores
JOIN catalogue ON catalogue.id = stores.id
WHERE stores.revenue BETWEEN 0.9 * catalogue.revenue AND 1.1 * catalogue.revenue
ORDER BY stores.id
LIMIT 100;

-- name: Q59 weekly store sales against the next year
-- weight: 1
WITH weekly AS (
  SELECT d_week_seq, ss_store_sk AS store_sk,
         sum(CASE WHEN d_day_name = 'Sunday' THEN ss_sales_price END) AS sunday,
         sum(CASE WHEN d_day_name = 'Friday' THEN ss_sales_price END) AS friday
  FROM store_sales
  JOIN date_dim ON d_date_sk = ss_sold_date_sk
  GROUP BY d_week_seq, ss_store_sk)
SELECT s_store_name, s_store_id, one.d_week_seq, one.sunday / next.sunday AS sunday, one.friday / next.friday AS friday
FROM weekly AS one
JOIN weekly AS next ON next.store_sk = one.store_sk AND next.d_week_seq = one.d_week_seq + 52
JOIN store ON s_store_sk = one.store_sk
WHERE one.d_week_seq IN (SELECT d_week_seq FROM date_dim WHERE d_month_seq BETWEEN 1200 AND 1211)
ORDER BY s_store_name, s_store_id, one.d_week_seq
LIMIT 100;

-- name: Q60 items of a category in three channels
-- weight: 1
WITH music AS (SELECT i_item_id FROM item WHERE i_category = 'Music'),
sold AS (
  SELECT i_item_id, sum(ss_ext_sales_price) AS sales
  FROM store_sales
  JOIN item ON ss_item_sk = i_item_sk
  JOIN date_dim ON ss_sold_date_sk = d_date_sk
  JOIN customer_address ON ss_addr_sk = ca_address_sk
  WHERE i_item_id IN (SELECT i_item_id FROM music) AND d_year = 1998 AND d_moy = 9 AND ca_gmt_offset = -5
  GROUP BY i_item_id
  UNION ALL
  SELECT i_item_id, sum(ws_ext_sales_price)
  FROM web_sales
  JOIN item ON ws_item_sk = i_item_sk
  JOIN date_dim ON ws_sold_date_sk = d_date_sk
  JOIN customer_address ON ws_bill_addr_sk = ca_address_sk
  WHERE i_item_id IN (SELECT i_item_id FROM music) AND d_year = 1998 AND d_moy = 9 AND ca_gmt_offset = -5
  GROUP BY i_item_id)
SELECT i_item_id, sum(sales) AS total
FROM sold
GROUP BY i_item_id
ORDER BY i_item_id, total
LIMIT 100;

-- name: Q61 share of promoted sales
-- weight: 1
SELECT promoted, total, promoted / total * 100 AS share
FROM (
  SELECT sum(ss_ext_sales_price) AS promoted
  FROM store_sales
  JOIN store ON ss_store_sk = s_store_sk
  JOIN promotion ON ss_promo_sk = p_promo_sk
  JOIN date_dim ON ss_sold_date_sk = d_date_sk
  JOIN item ON ss_item_sk = i_item_sk
  WHERE i_category = 'Jewelry' AND p_channel_dmail = 'Y' AND s_gmt_offset = -5 AND d_year = 1998 AND d_moy = 11),
 (
  SELECT sum(ss_ext_sales_price) AS total
  FROM store_sales
  JOIN store ON ss_store_sk = s_store_sk
  JOIN date_dim ON ss_sold_date_sk = d_date_sk
  JOIN item ON ss_item_sk = i_item_sk
  WHERE i_category = 'Jewelry' AND s_gmt_offset = -5 AND d_year = 1998 AND d_moy = 11);

-- name: Q62 days until web orders are shipped
-- weight: 1
SELECT substr(w_warehouse_name, 1, 20) AS warehouse, sm_type, web_name,
       sum(ws_ship_date_sk - ws_sold_date_sk <= 30) AS within_30,
       sum(ws_ship_date_sk - ws_sold_date_sk BETWEEN 31 AND 60) AS within_60,
       sum(ws_ship_date_sk - ws_sold_date_sk > 60) AS later
FROM web_sales
JOIN warehouse ON ws_warehouse_sk = w_warehouse_sk
JOIN ship_mode ON ws_ship_mode_sk = sm_ship_mode_sk
JOIN web_site ON ws_web_site_sk = web_site_sk
JOIN date_dim ON ws_ship_date_sk = d_date_sk
WHERE d_month_seq BETWEEN 1200 AND 1211
GROUP BY substr(w_warehouse_name, 1, 20), sm_type, web_name
ORDER BY 1, 2, 3
LIMIT 100;

-- name: Q63 managers with uneven months
-- weight: 1
SELECT manager, month, sales, usual
FROM (
  SELECT i_manager_id AS manager, d_moy AS month, sum(ss_sales_price) AS sales,
         avg(sum(ss_sales_price)) OVER (PARTITION BY i_manager_id) AS usual
  FROM item
  JOIN store_sales ON ss_item_sk = i_item_sk
  JOIN date_dim ON ss_sold_date_sk = d_date_sk
  WHERE d_month_seq BETWEEN 1200 AND 1211 AND i_category IN ('Books', 'Children', 'Electronics')
  GROUP BY i_manager_id, d_moy)
WHERE usual > 0 AND abs(sales - usual) / usual > 0.1
ORDER BY manager, usual, sales, month
LIMIT 100;

-- name: Q65 items that sell poorly in a store
-- weight: 1
WITH revenue AS (
  SELECT ss_store_sk AS store_sk, ss_item_sk AS item_sk, sum(ss_sales_price) AS amount
  FROM store_sales
  JOIN date_dim ON ss_sold_date_sk = d_date_sk
  WHERE d_month_seq BETWEEN 1176 AND 1187
  GROUP BY ss_store_sk, ss_item_sk),
usual AS (
  SELECT store_sk, avg(amount) AS amount FROM revenue GROUP BY store_sk)
SELECT s_store_name, i_item_desc, revenue.amount, i_current_price, i_brand
FROM revenue
JOIN usual ON usual.store_sk = revenue.store_sk
JOIN store ON s_store_sk = revenue.store_sk
JOIN item ON i_item_sk = revenue.item_sk
WHERE revenue.amount <= 0.1 * usual.amount
ORDER BY s_store_name, i_item_desc, revenue.amount, i_item_sk
LIMIT 100;

-- name: Q66 web sales of two carriers by month
-- weight: 1
SELECT w_warehouse_name, w_city, d_year,
       sum(CASE WHEN d_moy = 1 THEN ws_ext_sales_price * ws_quantity ELSE 0 END) AS january,
       sum(CASE WHEN d_moy = 6 THEN ws_ext_sales_price * ws_quantity ELSE 0 END) AS june,
       sum(CASE WHEN d_moy = 12 THEN ws_ext_sales_price * ws_quantity ELSE 0 END) AS december
FROM web_sales
JOIN warehouse ON ws_warehouse_sk = w_warehouse_sk
JOIN date_dim ON ws_sold_date_sk = d_date_sk
JOIN time_dim ON ws_sold_time_sk = t_time_sk
JOIN ship_mode ON ws_ship_mode_sk = sm_ship_mode_sk
WHERE d_year = 2001 AND t_time BETWEEN 30838 AND 59638 AND sm_carrier IN ('DHL', 'BARIAN')
GROUP BY w_warehouse_name, w_city, d_year
ORDER BY w_warehouse_name;

-- name: Q67 best of each category
-- weight: 1
WITH sales AS (
  SELECT i_category, i_class, i_brand, i_product_name, d_qoy, sum(coalesce(ss_sales_price * ss_quantity, 0)) AS amount
  FROM store_sales
  JOIN date_dim ON ss_sold_date_sk = d_date_sk
  JOIN item ON ss_item_sk = i_item_sk
  WHERE d_month_seq BETWEEN 1200 AND 1211
  GROUP BY i_category, i_class, i_brand, i_product_name, d_qoy)
SELECT *
FROM (
  SELECT i_category, i_class, i_brand, i_product_name, d_qoy, amount,
         rank() OVER (PARTITION BY i_category ORDER BY amount DESC) AS place
  FROM sales)
WHERE place <= 10
ORDER BY i_category, place, i_product_name, d_qoy
LIMIT 100;

-- name: Q68 tickets of the first days of a month
-- weight: 1
SELECT c_last_name, c_first_name, home.ca_city, bought_city, ticket, price, tax
FROM (
  SELECT ss_ticket_number AS ticket, ss_customer_sk AS customer_sk, ca_city AS bought_city,
         sum(ss_ext_sales_price) AS price, sum(ss_ext_tax) AS tax
  FROM store_sales
  JOIN date_dim ON ss_sold_date_sk = d_date_sk
  JOIN household_demographics ON ss_hdemo_sk = hd_demo_sk
  JOIN customer_address ON ss_addr_sk = ca_address_sk
  WHERE d_dom BETWEEN 1 AND 2 AND (hd_dep_count = 4 OR hd_vehicle_count = 3) AND d_year IN (1999, 2000, 2001)
  GROUP BY ss_ticket_number, ss_customer_sk, ss_addr_sk, ca_city)
JOIN customer ON customer_sk = c_customer_sk
JOIN customer_address AS home ON c_current_addr_sk = home.ca_address_sk
WHERE home.ca_city <> bought_city
ORDER BY c_last_name, ticket
LIMIT 100;

-- name: Q69 customers of the stores only
-- weight: 1
SELECT cd_gender, cd_marital_status, cd_education_status, cd_credit_rating, count(*) AS customers
FROM customer AS c
JOIN customer_address ON c.c_current_addr_sk = ca_address_sk
JOIN customer_demographics ON cd_demo_sk = c.c_current_cdemo_sk
WHERE ca_state IN ('TX', 'GA', 'KS')
  AND c.c_customer_sk IN (
    SELECT ss_customer_sk FROM store_sales JOIN date_dim ON ss_sold_date_sk = d_date_sk
    WHERE d_year = 2001 AND d_moy BETWEEN 4 AND 6)
  AND NOT EXISTS (
    SELECT 1 FROM web_sales JOIN date_dim ON ws_sold_date_sk = d_date_sk
    WHERE c.c_customer_sk = ws_bill_customer_sk AND d_year = 2001 AND d_moy BETWEEN 4 AND 6)
GROUP BY cd_gender, cd_marital_status, cd_education_status, cd_credit_rating
ORDER BY cd_gender, cd_marital_status, cd_education_status, cd_credit_rating
LIMIT 100;

-- name: Q71 brands by time of day
-- weight: 1
SELECT i_brand_id, i_brand, t_hour, t_minute, sum(price) AS price
FROM item
JOIN (
  SELECT ws_ext_sales_price AS price, ws_item_sk AS item_sk, ws_sold_time_sk AS time_sk
  FROM web_sales JOIN date_dim ON d_date_sk = ws_sold_date_sk WHERE d_moy = 11 AND d_year = 1999
  UNION ALL
  SELECT cs_ext_sales_price, cs_item_sk, cs_sold_time_sk
  FROM catalog_sales JOIN date_dim ON d_date_sk = cs_sold_date_sk WHERE d_moy = 11 AND d_year = 1999
  UNION ALL
  SELECT ss_ext_sales_price, ss_item_sk, ss_sold_time_sk
  FROM store_sales JOIN date_dim ON d_date_sk = ss_sold_date_sk WHERE d_moy = 11 AND d_year = 1999) AS sold
  ON sold.item_sk = i_item_sk
JOIN time_dim ON time_sk = t_time_sk
WHERE i_manager_id = 1 AND t_meal_time IN ('breakfast', 'dinner')
GROUP BY i_brand_id, i_brand, t_hour, t_minute
ORDER BY price DESC, i_brand_id, t_hour, t_minute
LIMIT 100;

-- name: Q72 ordered with too little in stock
-- weight: 1
SELECT i_item_desc, w_warehouse_name, d1.d_week_seq, count(*) AS orders
FROM catalog_sales
JOIN inventory ON cs_item_sk = inv_item_sk
JOIN warehouse ON w_warehouse_sk = inv_warehouse_sk
JOIN item ON i_item_sk = cs_item_sk
JOIN household_demographics ON cs_bill_hdemo_sk = hd_demo_sk
JOIN date_dim AS d1 ON cs_sold_date_sk = d1.d_date_sk
JOIN date_dim AS d2 ON inv_date_sk = d2.d_date_sk
WHERE d1.d_week_seq = d2.d_week_seq AND inv_quantity_on_hand < cs_quantity
  AND hd_buy_potential = '>10000' AND d1.d_year = 1999 AND i_manager_id BETWEEN 1 AND 4
GROUP BY i_item_desc, w_warehouse_name, d1.d_week_seq
ORDER BY orders DESC, i_item_desc, w_warehouse_name, d1.d_week_seq
LIMIT 100;

-- name: Q73 small tickets of large buyers
-- weight: 1
SELECT c_last_name, c_first_name, ticket, items
FROM (
  SELECT ss_ticket_number AS ticket, ss_customer_sk AS customer_sk, count(*) AS items
  FROM store_sales
  JOIN date_dim ON ss_sold_date_sk = d_date_sk
  JOIN household_demographics ON ss_hdemo_sk = hd_demo_sk
  WHERE d_dom BETWEEN 1 AND 2 AND hd_buy_potential IN ('>10000', '0-500') AND hd_vehicle_count > 0
    AND d_year IN (1999, 2000, 2001)
  GROUP BY ss_ticket_number, ss_customer_sk)
JOIN customer ON customer_sk = c_customer_sk
WHERE items BETWEEN 1 AND 10
ORDER BY items DESC, c_last_name, c_first_name, ticket
LIMIT 100;

-- name: Q76 sales with a missing key
-- weight: 1
SELECT channel, missing, d_year, d_qoy, i_category, count(*) AS number, sum(price) AS price
FROM (
  SELECT 'store' AS channel, 'customer' AS missing, d_year, d_qoy, i_category, ss_ext_sales_price AS price
  FROM store_sales JOIN item ON ss_item_sk = i_item_sk JOIN date_dim ON ss_sold_date_sk = d_date_sk
  WHERE ss_customer_sk IS NULL
  UNION ALL
  SELECT 'web', 'page', d_year, d_qoy, i_category, ws_ext_sales_price
  FROM web_sales JOIN item ON ws_item_sk = i_item_sk JOIN date_dim ON ws_sold_date_sk = d_date_sk
  WHERE ws_web_page_sk IS NULL
  UNION ALL
  SELECT 'catalogue', 'warehouse', d_year, d_qoy, i_category, cs_ext_sales_price
  FROM catalog_sales JOIN item ON cs_item_sk = i_item_sk JOIN date_dim ON cs_sold_date_sk = d_date_sk
  WHERE cs_warehouse_sk IS NULL)
GROUP BY channel, missing, d_year, d_qoy, i_category
ORDER BY channel, missing, d_year, d_qoy, i_category
LIMIT 100;

-- name: Q79 tickets of large stores on Mondays
-- weight: 1
SELECT c_last_name, c_first_name, city, ticket, coupon, profit
FROM (
  SELECT ss_ticket_number AS ticket, ss_customer_sk AS customer_sk, s_city AS city,
         sum(ss_coupon_amt) AS coupon, sum(ss_net_profit) AS profit
  FROM store_sales
  JOIN date_dim ON ss_sold_date_sk = d_date_sk
  JOIN store ON ss_store_sk = s_store_sk
  JOIN household_demographics ON ss_hdemo_sk = hd_demo_sk
  WHERE (hd_dep_count = 6 OR hd_vehicle_count > 2) AND d_day_name = 'Monday' AND d_year IN (1999, 2000, 2001)
    AND s_number_employees BETWEEN 200 AND 295
  GROUP BY ss_ticket_number, ss_customer_sk, ss_addr_sk, s_city)
JOIN customer ON customer_sk = c_customer_sk
ORDER BY c_last_name, c_first_name, city, profit, ticket
LIMIT 100;

-- name: Q81 customers who return more by catalogue
-- weight: 1
WITH returned AS (
  SELECT cr_returning_customer_sk AS customer_sk, ca_state AS state, sum(cr_return_amt_inc_tax) AS amount
  FROM catalog_returns
  JOIN date_dim ON cr_returned_date_sk = d_date_sk
  JOIN customer_address ON cr_returning_addr_sk = ca_address_sk
  WHERE d_year = 2000
  GROUP BY cr_returning_customer_sk, ca_state)
SELECT c_customer_id, c_first_name, c_last_name, ca_city, r.state, r.amount
FROM returned AS r
JOIN customer ON r.customer_sk = c_customer_sk
JOIN customer_address ON c_current_addr_sk = ca_address_sk
WHERE ca_state = 'GA' AND r.amount > (SELECT avg(amount) * 1.2 FROM returned AS other WHERE other.state = r.state)
ORDER BY c_customer_id, r.state
LIMIT 100;

-- name: Q82 store items in stock
-- weight: 1
SELECT i_item_id, i_item_desc, i_current_price
FROM item
JOIN inventory ON inv_item_sk = i_item_sk
JOIN date_dim ON d_date_sk = inv_date_sk
JOIN store_sales ON ss_item_sk = i_item_sk
WHERE i_current_price BETWEEN 62 AND 92 AND d_date BETWEEN '2000-05-25' AND '2000-07-24'
  AND i_manager_id BETWEEN 5 AND 25 AND inv_quantity_on_hand BETWEEN 100 AND 500
GROUP BY i_item_id, i_item_desc, i_current_price
ORDER BY i_item_id, i_item_desc
LIMIT 100;

-- name: Q83 returns of an item in three channels
-- weight: 1
WITH stores AS (
  SELECT i_item_id AS id, sum(sr_return_quantity) AS quantity
  FROM store_returns JOIN item ON sr_item_sk = i_item_sk JOIN date_dim ON sr_returned_date_sk = d_date_sk
  WHERE d_year = 2000 AND d_qoy = 3 GROUP BY i_item_id),
catalogue AS (
  SELECT i_item_id AS id, sum(cr_return_quantity) AS quantity
  FROM catalog_returns JOIN item ON cr_item_sk = i_item_sk JOIN date_dim ON cr_returned_date_sk = d_date_sk
  WHERE d_year = 2000 AND d_qoy = 3 GROUP BY i_item_id),
web AS (
  SELECT i_item_id AS id, sum(wr_return_quantity) AS quantity
  FROM web_returns JOIN item ON wr_item_sk = i_item_sk JOIN date_dim ON wr_returned_date_sk = d_date_sk
  WHERE d_year = 2000 AND d_qoy = 3 GROUP BY i_item_id)
SELECT stores.id, stores.quantity AS by_store, catalogue.quantity AS by_catalogue, web.quantity AS by_web
FROM stores
JOIN catalogue ON catalogue.id = stores.id
JOIN web ON web.id = stores.id
ORDER BY stores.id
LIMIT 100;

-- name: Q84 customers of a city and income
-- weight: 1
SELECT c_customer_id, c_last_name || ', ' || c_first_name AS customer
FROM customer
JOIN customer_address ON c_current_addr_sk = ca_address_sk
JOIN household_demographics ON hd_demo_sk = c_current_hdemo_sk
JOIN income_band ON ib_income_band_sk = hd_income_band_sk
JOIN customer_demographics ON cd_demo_sk = c_current_cdemo_sk
JOIN store_returns ON sr_customer_sk = c_customer_sk
WHERE ca_city IN ('Marion', 'Crossroads', 'Woodland') AND ib_lower_bound >= 30000 AND ib_upper_bound <= 180000
GROUP BY c_customer_id, c_last_name, c_first_name
ORDER BY c_customer_id
LIMIT 100;

-- name: Q85 reasons of web returns
-- weight: 1
SELECT substr(r_reason_desc, 1, 20) AS reason, avg(ws_quantity) AS quantity, avg(wr_refunded_cash) AS refunded,
       avg(wr_fee) AS fee
FROM web_sales
JOIN web_returns ON ws_item_sk = wr_item_sk AND ws_order_number = wr_order_number
JOIN customer_demographics ON cd_demo_sk = wr_refunded_cdemo_sk
JOIN customer_address ON ca_address_sk = wr_refunded_addr_sk
JOIN date_dim ON ws_sold_date_sk = d_date_sk
JOIN reason ON r_reason_sk = wr_reason_sk
WHERE d_year = 2000
  AND (cd_marital_status = 'M' AND ws_sales_price BETWEEN 50 AND 150
    OR cd_marital_status = 'S' AND ws_sales_price BETWEEN 0 AND 100
    OR cd_marital_status = 'W' AND ws_sales_price BETWEEN 100 AND 200)
GROUP BY r_reason_desc
ORDER BY 1, 2, 3, 4
LIMIT 100;

-- name: Q87 store customers not in the catalogue
-- weight: 1
SELECT count(*) AS customers
FROM (
  SELECT c_last_name, c_first_name, d_date
  FROM store_sales JOIN date_dim ON ss_sold_date_sk = d_date_sk
  JOIN customer ON ss_customer_sk = c_customer_sk WHERE d_month_seq BETWEEN 1200 AND 1211
  EXCEPT
  SELECT c_last_name, c_first_name, d_date
  FROM catalog_sales JOIN date_dim ON cs_sold_date_sk = d_date_sk
  JOIN customer ON cs_bill_customer_sk = c_customer_sk WHERE d_month_seq BETWEEN 1200 AND 1211
  EXCEPT
  SELECT c_last_name, c_first_name, d_date
  FROM web_sales JOIN date_dim ON ws_sold_date_sk = d_date_sk
  JOIN customer ON ws_bill_customer_sk = c_customer_sk WHERE d_month_seq BETWEEN 1200 AND 1211);

-- name: Q88 sales by half hour
-- weight: 1
SELECT *
FROM (
  SELECT count(*) AS from_8_30
  FROM store_sales
  JOIN household_demographics ON ss_hdemo_sk = hd_demo_sk
  JOIN time_dim ON ss_sold_time_sk = t_time_sk
  WHERE t_hour = 8 AND t_minute >= 30 AND (hd_dep_count = 4 AND hd_vehicle_count <= 6 OR hd_dep_count = 2)),
 (
  SELECT count(*) AS from_9_00
  FROM store_sales
  JOIN household_demographics ON ss_hdemo_sk = hd_demo_sk
  JOIN time_dim ON ss_sold_time_sk = t_time_sk
  WHERE t_hour = 9 AND t_minute < 30 AND (hd_dep_count = 4 AND hd_vehicle_count <= 6 OR hd_dep_count = 2)),
 (
  SELECT count(*) AS from_9_30
  FROM store_sales
  JOIN household_demographics ON ss_hdemo_sk = hd_demo_sk
  JOIN time_dim ON ss_sold_time_sk = t_time_sk
  WHERE t_hour = 9 AND t_minute >= 30 AND (hd_dep_count = 4 AND hd_vehicle_count <= 6 OR hd_dep_count = 2));

-- name: Q89 classes with a month unlike the others
-- weight: 1
SELECT *
FROM (
  SELECT i_category, i_class, s_store_name, d_moy, sum(ss_sales_price) AS sales,
         avg(sum(ss_sales_price)) OVER (PARTITION BY i_category, i_class, s_store_name) AS usual
  FROM item
  JOIN store_sales ON ss_item_sk = i_item_sk
  JOIN date_dim ON ss_sold_date_sk = d_date_sk
  JOIN store ON ss_store_sk = s_store_sk
  WHERE d_year = 1999 AND i_category IN ('Books', 'Electronics', 'Sports', 'Men')
  GROUP BY i_category, i_class, s_store_name, d_moy)
WHERE usual <> 0 AND abs(sales - usual) / usual > 0.1
ORDER BY sales - usual, i_category, i_class, s_store_name, d_moy
LIMIT 100;

-- name: Q90 morning to evening on the web
-- weight: 1
SELECT morning * 1.0 / evening AS ratio
FROM (
  SELECT count(*) AS morning
  FROM web_sales
  JOIN household_demographics ON ws_ship_hdemo_sk = hd_demo_sk
  JOIN time_dim ON ws_sold_time_sk = t_time_sk
  WHERE t_hour BETWEEN 8 AND 9 AND hd_dep_count = 6),
 (
  SELECT count(*) AS evening
  FROM web_sales
  JOIN household_demographics ON ws_ship_hdemo_sk = hd_demo_sk
  JOIN time_dim ON ws_sold_time_sk = t_time_sk
  WHERE t_hour BETWEEN 19 AND 20 AND hd_dep_count = 6);

-- name: Q91 losses of call centres
-- weight: 1
SELECT cc_call_center_id, cc_name, cc_manager, sum(cr_net_loss) AS loss
FROM call_center
JOIN catalog_returns ON cr_call_center_sk = cc_call_center_sk
JOIN date_dim ON cr_returned_date_sk = d_date_sk
JOIN customer ON cr_returning_customer_sk = c_customer_sk
JOIN customer_demographics ON cd_demo_sk = c_current_cdemo_sk
JOIN household_demographics ON hd_demo_sk = c_current_hdemo_sk
WHERE d_year = 1998 AND cd_marital_status IN ('M', 'W', 'S') AND hd_buy_potential LIKE '1%'
GROUP BY cc_call_center_id, cc_name, cc_manager, cd_marital_status
ORDER BY loss DESC, cc_call_center_id;

-- name: Q92 discounts above the usual, on the web
-- weight: 1
SELECT sum(ws_ext_discount_amt) AS excess
FROM web_sales
JOIN item ON i_item_sk = ws_item_sk
JOIN date_dim ON d_date_sk = ws_sold_date_sk
WHERE i_manufact_id BETWEEN 200 AND 400 AND d_date BETWEEN '2000-01-27' AND '2000-04-26'
  AND ws_ext_discount_amt > (
    SELECT 1.3 * avg(ws_ext_discount_amt)
    FROM web_sales
    JOIN date_dim ON d_date_sk = ws_sold_date_sk
    WHERE ws_item_sk = i_item_sk AND d_date BETWEEN '2000-01-27' AND '2000-04-26');

-- name: Q93 what customers really paid
-- weight: 1
SELECT ss_customer_sk, sum(CASE WHEN sr_return_quantity IS NOT NULL
                                THEN (ss_quantity - sr_return_quantity) * ss_sales_price
                                ELSE ss_quantity * ss_sales_price END) AS paid
FROM store_sales
LEFT JOIN store_returns ON sr_item_sk = ss_item_sk AND sr_ticket_number = ss_ticket_number
JOIN reason ON sr_reason_sk = r_reason_sk
WHERE r_reason_desc = 'Stopped working' AND ss_customer_sk IS NOT NULL
GROUP BY ss_customer_sk
ORDER BY paid, ss_customer_sk
LIMIT 100;

-- name: Q94 web orders that were never returned
-- weight: 1
SELECT count(DISTINCT ws_order_number) AS orders, sum(ws_ext_ship_cost) AS shipping, sum(ws_net_profit) AS profit
FROM web_sales AS one
JOIN date_dim ON ws_ship_date_sk = d_date_sk
JOIN customer_address ON ws_ship_addr_sk = ca_address_sk
JOIN web_site ON ws_web_site_sk = web_site_sk
WHERE d_date BETWEEN '1999-02-01' AND '1999-04-02' AND ca_state IN ('GA', 'TX')
  AND EXISTS (
    SELECT 1 FROM web_sales AS two
    WHERE two.ws_order_number = one.ws_order_number AND two.ws_ship_mode_sk <> one.ws_ship_mode_sk)
  AND NOT EXISTS (SELECT 1 FROM web_returns WHERE wr_order_number = one.ws_order_number);

-- name: Q96 evening sales to large households
-- weight: 1
SELECT count(*) AS sales
FROM store_sales
JOIN household_demographics ON ss_hdemo_sk = hd_demo_sk
JOIN time_dim ON ss_sold_time_sk = t_time_sk
JOIN store ON ss_store_sk = s_store_sk
WHERE t_hour = 20 AND t_minute >= 30 AND hd_dep_count = 7;

-- name: Q97 customers and items of one channel or both
-- weight: 1
WITH stores AS (
  SELECT ss_customer_sk AS customer_sk, ss_item_sk AS item_sk
  FROM store_sales JOIN date_dim ON ss_sold_date_sk = d_date_sk
  WHERE d_month_seq BETWEEN 1200 AND 1201 GROUP BY ss_customer_sk, ss_item_sk),
catalogue AS (
  SELECT cs_bill_customer_sk AS customer_sk, cs_item_sk AS item_sk
  FROM catalog_sales JOIN date_dim ON cs_sold_date_sk = d_date_sk
  WHERE d_month_seq BETWEEN 1200 AND 1201 GROUP BY cs_bill_customer_sk, cs_item_sk)
SELECT sum(stores.customer_sk IS NOT NULL AND catalogue.customer_sk IS NULL) AS store_only,
       sum(stores.customer_sk IS NULL AND catalogue.customer_sk IS NOT NULL) AS catalogue_only,
       sum(stores.customer_sk IS NOT NULL AND catalogue.customer_sk IS NOT NULL) AS both
FROM stores
FULL JOIN catalogue ON stores.customer_sk = catalogue.customer_sk AND stores.item_sk = catalogue.item_sk;

-- name: Q98 share of an item in its class, in stores
-- weight: 1
SELECT i_item_id, i_item_desc, i_category, i_class, sum(ss_ext_sales_price) AS revenue,
       sum(ss_ext_sales_price) * 100 / sum(sum(ss_ext_sales_price)) OVER (PARTITION BY i_class) AS share
FROM store_sales
JOIN item ON ss_item_sk = i_item_sk
JOIN date_dim ON ss_sold_date_sk = d_date_sk
WHERE i_category IN ('Jewelry', 'Sports', 'Books') AND d_date BETWEEN '2001-01-12' AND '2001-02-11'
GROUP BY i_item_id, i_item_desc, i_category, i_class
ORDER BY i_category, i_class, i_item_id, i_item_desc, share
LIMIT 100;

-- name: Q99 days until catalogue orders are shipped
-- weight: 1
SELECT substr(w_warehouse_name, 1, 20) AS warehouse, sm_type, cc_name,
       sum(cs_ship_date_sk - cs_sold_date_sk <= 30) AS within_30,
       sum(cs_ship_date_sk - cs_sold_date_sk BETWEEN 31 AND 60) AS within_60,
       sum(cs_ship_date_sk - cs_sold_date_sk > 60) AS later
FROM catalog_sales
JOIN warehouse ON cs_warehouse_sk = w_warehouse_sk
JOIN ship_mode ON cs_ship_mode_sk = sm_ship_mode_sk
JOIN call_center ON cs_call_center_sk = cc_call_center_sk
JOIN date_dim ON cs_ship_date_sk = d_date_sk
WHERE d_month_seq BETWEEN 1200 AND 1211
GROUP BY substr(w_warehouse_name, 1, 20), sm_type, cc_name
ORDER BY 1, 2, 3
LIMIT 100;
