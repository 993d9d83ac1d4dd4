//! What the store sells: families of steel goods and the products made from them.

use std::fmt::Write as _;

use crate::random::{Rng, Weighted};

/// One product, as its row shows it, except for its stock.
#[derive(Debug, Clone)]
pub(super) struct Product {
    pub(super) code: String,
    pub(super) name: String,
    pub(super) category: &'static str,
    pub(super) unit: &'static str,
    pub(super) weight_grams: i64,
    pub(super) list_price_cents: i64,
    pub(super) is_active: bool,
    /// What a small order takes; in units.
    pub(super) usual_quantity: i64,
}

struct Family {
    prefix: &'static str,
    category: &'static str,
    noun: &'static str,
    unit: &'static str,
    sizes: &'static [&'static str],
    /// Of the smallest size; others grow from there.
    weight_grams: i64,
    price_cents: i64,
    usual_quantity: i64,
    /// How many products of the range belong to it, relative to the others.
    share: u64,
}

macro_rules! families {
    ($($prefix:literal $category:literal $noun:literal $unit:literal
       $weight:literal $price:literal $quantity:literal $share:literal [$($size:literal)*];)*) => {
        &[$(Family {
            prefix: $prefix, category: $category, noun: $noun, unit: $unit, sizes: &[$($size),*],
            weight_grams: $weight, price_cents: $price, usual_quantity: $quantity, share: $share,
        }),*]
    };
}

// Columns: prefix, category, noun, unit, grams, cents, usual quantity, share, sizes.
const FAMILIES: &[Family] = families! {
    "RB" "Reinforcement" "Ribbed bar" "piece" 2400 310 40 12 ["8 mm" "10 mm" "12 mm" "14 mm" "16 mm" "20 mm" "25 mm"];
    "MS" "Reinforcement" "Welded mesh" "sheet" 18500 2150 8 6 ["Q131" "Q188" "Q257" "Q335" "R188" "R257"];
    "BW" "Reinforcement" "Binding wire" "coil" 5000 890 6 2 ["1.2 mm" "1.4 mm" "1.6 mm"];
    "HB" "Beams" "H beam" "piece" 117000 18900 3 8 ["100" "120" "140" "160" "180" "200" "240"];
    "IP" "Beams" "I beam" "piece" 36000 6400 4 8 ["80" "100" "120" "140" "160" "200"];
    "UC" "Beams" "U channel" "piece" 42000 5900 4 7 ["65" "80" "100" "120" "140"];
    "AN" "Angles and flats" "Equal angle" "piece" 5300 980 10 12 ["20x3" "25x3" "30x3" "40x4" "50x5" "60x6" "80x8"];
    "FL" "Angles and flats" "Flat bar" "piece" 4700 720 12 12 ["20x4" "25x5" "30x5" "40x5" "50x6" "60x8"];
    "SQ" "Tubes" "Square tube" "piece" 8400 1450 8 12 ["20x20x2" "30x30x2" "40x40x2" "40x40x3" "50x50x3" "80x80x4"];
    "RT" "Tubes" "Round tube" "piece" 7100 1290 8 10 ["21.3" "26.9" "33.7" "42.4" "48.3" "60.3"];
    "SH" "Sheets" "Cold rolled sheet" "sheet" 15700 2680 5 9 ["0.8 mm" "1 mm" "1.5 mm" "2 mm" "3 mm"];
    "GS" "Sheets" "Galvanised sheet" "sheet" 11800 2490 6 8 ["0.5 mm" "0.6 mm" "0.75 mm" "1 mm"];
    "CH" "Sheets" "Chequer plate" "sheet" 56000 9800 2 4 ["3/5 mm" "4/6 mm" "5/7 mm"];
    "RO" "Roofing" "Roof panel" "panel" 13200 3150 20 6 ["2 m" "3 m" "4 m" "5 m" "6 m"];
    "GU" "Roofing" "Gutter" "piece" 4100 1340 6 4 ["100" "125" "150"];
    "SC" "Fixings" "Hex bolt set" "box" 1900 1120 5 10 ["M6" "M8" "M10" "M12" "M16" "M20"];
    "EL" "Welding" "Welding rods" "pack" 4800 1890 4 5 ["2 mm" "2.5 mm" "3.2 mm" "4 mm"];
    "DI" "Welding" "Cutting disc" "piece" 160 190 15 5 ["115 mm" "125 mm" "180 mm" "230 mm"];
    "PA" "Paint" "Metal primer" "tin" 3300 1750 3 3 ["0.75 l" "2.5 l" "5 l"];
};

const GRADES: [&str; 5] = ["S235", "S275", "S355", "galvanised", "primed"];
const LENGTHS: [&str; 4] = ["3 m", "6 m", "10 m", "12 m"];

const STREAM: u64 = 0x9e0d;

/// The products with ids from 1 to `count`; a product is the same whatever the count.
pub(super) fn products(count: usize) -> Vec<Product> {
    let families = Weighted::new(FAMILIES.iter().map(|family| family.share));
    (1..=count as u64).map(|id| product(id, &families)).collect()
}

fn product(id: u64, families: &Weighted) -> Product {
    let mut rng = Rng::new(STREAM, id);
    let family = &FAMILIES[families.draw(&mut rng)];
    let size = rng.below(family.sizes.len() as u64) as usize;
    let step = 10 + 6 * size as i64;
    let grade = rng.below(GRADES.len() as u64) as usize;
    let mut name = format!("{} {}", family.noun, family.sizes[size]);
    // Only goods that come as bars and plates have a grade and a length.
    let (mut grade_percent, mut length_percent) = (100, 100);
    if !matches!(family.category, "Fixings" | "Welding" | "Paint") {
        let length = rng.below(LENGTHS.len() as u64) as usize;
        grade_percent = [100, 106, 114, 135, 112][grade];
        let _ = write!(name, " {}", GRADES[grade]);
        if family.unit == "piece" {
            length_percent = [50, 100, 165, 200][length];
            let _ = write!(name, " {}", LENGTHS[length]);
        }
    }
    Product {
        code: format!("{}-{:02}{}-{id:04}", family.prefix, size + 1, grade + 1),
        name,
        category: family.category,
        unit: family.unit,
        weight_grams: family.weight_grams * step * length_percent / 1000,
        list_price_cents: (family.price_cents * step * length_percent / 1000)
            * grade_percent
            * rng.between(92, 108)
            / 10_000,
        is_active: !rng.chance(60),
        usual_quantity: family.usual_quantity,
    }
}
