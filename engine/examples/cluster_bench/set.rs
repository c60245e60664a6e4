//! A labelled set of keywords: products, each asked about in many ways. The label is product and question.

use std::collections::HashSet;

/// Things; names divided by `/` are the same thing.
const NOUNS: &[&str] = &[
    "desk",
    "office chair",
    "sofa/couch",
    "coffee machine/coffee maker",
    "blender/liquidiser",
    "stroller/pushchair",
    "running shoe",
    "backpack/rucksack",
    "vacuum cleaner",
    "mattress",
    "bike/bicycle",
    "tent",
    "headphones/headset",
    "laptop/notebook",
    "air fryer",
    "hob/cooktop",
    "lawn mower",
    "water bottle",
    "sewing machine",
    "bookshelf/bookcase",
    "dining table",
    "kettle",
    "monitor",
    "keyboard",
    "drill",
    "guitar",
    "yoga mat",
    "dishwasher",
    "camera",
    "rice cooker",
    "car seat",
    "sleeping bag",
    "treadmill",
    "printer",
    "projector",
    "watch",
    "diaper/nappy",
    "suitcase/luggage",
    "heater",
    "door lock",
];

/// What tells things of a kind apart; the first is the plain thing.
const MODIFIERS: &[&str] = &[
    "",
    "electric",
    "folding",
    "wireless",
    "portable",
    "wooden",
    "gaming",
    "leather",
    "professional",
    "smart",
    "stainless steel",
    "outdoor",
    "lightweight",
    "heavy duty",
    "waterproof",
    "vintage",
    "ergonomic",
    "cordless",
    "travel",
    "corner",
    "inflatable",
    "solar",
];

/// Makers, for the largest sets.
const BRANDS: &[&str] = &[
    "",
    "Norvik",
    "Caldera",
    "Hexon",
    "Brightwell",
    "Oakline",
    "Zentro",
    "Maruti",
    "Velora",
    "Kestrel",
    "Tundra",
    "Solano",
];

/// Questions: ways of asking the same, `{}` being the thing.
const QUESTIONS: &[&[&str]] = &[
    &[
        "best {}",
        "top {}",
        "which is best {}",
        "{} best",
        "best {} to buy",
        "top 10 {}",
        "what is the best {}",
        "top rated {}",
    ],
    &[
        "{} price",
        "{} cost",
        "how much does a {} cost",
        "price of {}",
        "{} prices",
        "how much is a {}",
        "average cost of {}",
    ],
    &[
        "cheap {}",
        "cheapest {}",
        "affordable {}",
        "budget {}",
        "{} under budget",
        "low cost {}",
        "inexpensive {}",
    ],
    &[
        "buy {}",
        "{} for sale",
        "where to buy {}",
        "{} shop",
        "order {} online",
        "purchase {}",
        "{} store",
    ],
    &[
        "{} review",
        "{} reviews",
        "{} ratings",
        "is {} worth it",
        "{} opinions",
        "{} customer reviews",
    ],
    &["{} near me", "{} nearby", "local {}", "{} close to me", "{} in my area"],
    &["{} vs", "{} comparison", "compare {}", "{} differences", "{} compared"],
    &[
        "how to clean {}",
        "cleaning {}",
        "{} cleaning tips",
        "how do i wash {}",
        "clean a {}",
    ],
    &[
        "{} repair",
        "how to fix {}",
        "{} not working",
        "{} troubleshooting",
        "fix broken {}",
        "{} problems",
    ],
    &[
        "how to install {}",
        "{} installation",
        "{} setup",
        "how to set up {}",
        "assemble {}",
        "{} assembly",
    ],
    &["{} rental", "rent {}", "{} hire", "{} for rent", "hire a {}"],
    &[
        "used {}",
        "second hand {}",
        "refurbished {}",
        "{} secondhand",
        "pre owned {}",
    ],
    &[
        "{} size",
        "{} dimensions",
        "{} size chart",
        "how big is a {}",
        "{} measurements",
    ],
    &[
        "{} parts",
        "{} spare parts",
        "{} replacement parts",
        "replacement for {}",
        "{} spares",
    ],
    &[
        "{} for kids",
        "kids {}",
        "children's {}",
        "{} for children",
        "{} for toddlers",
    ],
    &["{} for women", "women's {}", "ladies {}", "{} women"],
    &[
        "what is a {}",
        "{} meaning",
        "{} definition",
        "what does {} mean",
        "{} explained",
    ],
    &["{} manual", "{} instructions", "{} user guide", "{} instruction manual"],
    &["{} alternatives", "alternative to {}", "instead of {}", "{} substitute"],
    &["{} storage", "how to store {}", "storing {}", "where to keep a {}"],
    // From here on the words are in no table of the clusterer.
    &[
        "{} noise level",
        "how loud is a {}",
        "quiet {}",
        "silent {}",
        "{} noise",
        "{} decibels",
    ],
    &[
        "{} energy consumption",
        "{} power usage",
        "{} electricity use",
        "{} watts",
        "how much power does a {} use",
    ],
    &[
        "{} accessories",
        "{} add ons",
        "{} extras",
        "accessories for {}",
        "{} attachments",
    ],
    &["{} weight", "how heavy is a {}", "{} weight in kg", "{} weight limit"],
];

/// Number of questions at the end of [`QUESTIONS`] that the clusterer has no words for.
const UNLISTED: usize = 4;

/// Whether a label is one of those questions.
pub fn is_unlisted(label: u32) -> bool {
    label as usize % QUESTIONS.len() >= QUESTIONS.len() - UNLISTED
}

const PLACES: &[&str] = &["uk", "usa", "in germany", "canada", "australia", "in india"];

/// Numbers that look random and are the same every time: Knuth's 64-bit linear congruential generator.
struct Lcg(u64);

impl Lcg {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) as usize) % n.max(1)
    }

    fn percent(&mut self, p: usize) -> bool {
        self.below(100) < p
    }
}

/// `n` different keywords with their labels: about six keywords to a label, 15 % with a country, 10 % with a
/// year, 30 % in the plural, 3 % with a slip of the pen; in mixed order.
pub fn labelled(n: usize) -> (Vec<String>, Vec<u32>) {
    let mut random = Lcg(2_026);
    let mut out: Vec<(String, u32)> = Vec::with_capacity(n);
    let mut seen = HashSet::new();
    let labels = (n / 6).max(1);
    let mut tries = 0;
    while out.len() < n && tries < n * 40 {
        tries += 1;
        let label = random.below(labels);
        let question = label % QUESTIONS.len();
        let text = keyword(
            &product(label / QUESTIONS.len(), &mut random),
            QUESTIONS[question],
            &mut random,
        );
        if seen.insert(text.clone()) {
            out.push((text, label as u32));
        }
    }
    out.into_iter().unzip()
}

fn product(index: usize, random: &mut Lcg) -> String {
    let noun = index % NOUNS.len();
    let turn = index / NOUNS.len();
    // Shifted by the noun, so that small sets mix modifiers as well.
    let modifier = MODIFIERS[(turn + noun * 7) % MODIFIERS.len()];
    let brand = BRANDS[(turn / MODIFIERS.len()) % BRANDS.len()];
    let names: Vec<&str> = NOUNS[noun].split('/').collect();
    let mut name = names[if random.percent(75) {
        0
    } else {
        random.below(names.len())
    }]
    .to_owned();
    if random.percent(30) && !name.ends_with('s') {
        name.push_str(if name.ends_with("ch") { "es" } else { "s" });
    }
    [brand, modifier, &name]
        .into_iter()
        .filter(|p| !p.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}

fn keyword(product: &str, ways: &[&str], random: &mut Lcg) -> String {
    let mut text = ways[random.below(ways.len())].replace("{}", product);
    if random.percent(15) {
        text = format!("{text} {}", PLACES[random.below(PLACES.len())]);
    }
    if random.percent(10) {
        text = format!("{text} {}", 2024 + random.below(3));
    }
    if random.percent(3) {
        text = slip(&text, random);
    }
    text
}

/// A letter left out, doubled, or swapped with the next, inside a longer word.
fn slip(text: &str, random: &mut Lcg) -> String {
    let mut words: Vec<String> = text.split(' ').map(str::to_owned).collect();
    let long: Vec<usize> = (0..words.len()).filter(|&i| words[i].len() > 4).collect();
    if long.is_empty() {
        return text.to_owned();
    }
    let word = &mut words[long[random.below(long.len())]];
    let mut letters: Vec<char> = word.chars().collect();
    let at = 1 + random.below(letters.len() - 2);
    match random.below(3) {
        0 => {
            letters.remove(at);
        }
        1 => letters.insert(at, letters[at]),
        _ => letters.swap(at, at + 1),
    }
    *word = letters.into_iter().collect();
    words.join(" ")
}
