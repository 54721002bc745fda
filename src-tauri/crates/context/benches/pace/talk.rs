//! Made-up talk: everyday sentences, some of which say something about the person, in English and German. The same
//! every time.

use std::fmt::Write as _;

/// Numbers that look like chance (xorshift).
pub(crate) struct Chance(u64);

impl Chance {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed | 1)
    }

    pub(crate) fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % end as u64).unwrap_or(0)
    }

    fn of<'a>(&mut self, words: &[&'a str]) -> &'a str {
        words[self.below(words.len())]
    }
}

const THINGS: &[&str] = &[
    "hiking",
    "sourdough",
    "chess",
    "Postgres",
    "Kubernetes",
    "the cello",
    "gardening",
    "Rust",
    "astronomy",
    "bird watching",
    "Blender",
    "woodwork",
    "Python",
    "sailing",
    "calligraphy",
    "bouldering",
    "Figma",
    "beekeeping",
    "Terraform",
    "watercolours",
    "Grafana",
    "board games",
    "the violin",
    "Docker",
    "ceramics",
    "running",
];
const PROJECTS: &[&str] = &[
    "a weather station",
    "the garden planner",
    "a budget spreadsheet",
    "the parser",
    "a bookshelf",
    "the landing page",
    "a small synthesizer",
    "the thesis",
    "a sensor network",
    "the kitchen",
    "an index of recipes",
    "the backup script",
];
const PEOPLE: &[&str] =
    &["Anna", "Jonas", "Priya", "Mateo", "Chen", "Fatima", "Oskar", "Lena", "Tom", "Aiko"];
const WORDS: &[&str] = &[
    "harbour", "ledger", "window", "travel", "winter", "paper", "signal", "train", "report", "meeting",
    "invoice", "garden", "engine", "folder", "letter", "server", "budget", "recipe", "bridge", "colour",
    "number", "school", "doctor", "market", "camera", "forest", "ticket", "battery", "kitchen", "printer",
    "contract", "schedule",
];
const PLAIN: &[&str] = &[
    "The {w} was late again and the {w} did not arrive before the {w}.",
    "There is a {w} next to the {w}, and nobody knows why.",
    "Here is what the {w} said about the {w} last week.",
    "Could you look at the {w} and the {w} for me?",
    "What does the {w} have to do with the {w}?",
    "Please write a short note about the {w} for the {w}.",
    "It rained, so the {w} stayed closed until the {w} opened.",
    "Der {w} ist schon wieder zu spät, und das {w} fehlt noch.",
    "Kannst du mir den {w} und das {w} erklären?",
];
const TELLING: &[&str] = &[
    "I love {t} and my sister {p} does too.",
    "I'm working on {j} at the moment.",
    "I prefer tabs to spaces in the {w}.",
    "I decided to sell the {w} and keep the {w}.",
    "I'll send the {w} to {p} by Friday.",
    "I want to finish {j} by the end of March.",
    "I had no idea that the {w} works that way!",
    "How do I connect the {w} to {t}?",
    "Thanks, that worked.",
    "It still doesn't work: the {w} fails when the {w} starts.",
    "I've been learning {t} for two years.",
    "I switched from {t} to {t} last month.",
    "I finished the first part of {j} yesterday.",
    "Ich liebe {t}, aber für {j} fehlt mir die Zeit.",
    "Ich möchte bis Juni {j} fertig haben.",
];

/// What a person says: a few sentences, of which about every fifth says something about them.
pub(crate) fn message(chance: &mut Chance, number: usize) -> String {
    let mut text = String::new();
    for _ in 0..2 + chance.below(3) {
        let pattern = if chance.below(5) == 0 { chance.of(TELLING) } else { chance.of(PLAIN) };
        sentence(chance, pattern, &mut text);
    }
    // No two alike, and a word that few turns have.
    let _ = write!(text, "That was note {number}, about case {}.", number % 2_000);
    text
}

/// What an assistant answers.
pub(crate) fn answer(chance: &mut Chance) -> String {
    let mut text = String::new();
    for _ in 0..4 + chance.below(4) {
        let pattern = chance.of(PLAIN);
        sentence(chance, pattern, &mut text);
    }
    text
}

fn sentence(chance: &mut Chance, pattern: &str, text: &mut String) {
    let mut rest = pattern;
    while let Some(at) = rest.find('{') {
        text.push_str(&rest[..at]);
        text.push_str(match &rest[at..at + 3] {
            "{t}" => chance.of(THINGS),
            "{p}" => chance.of(PEOPLE),
            "{j}" => chance.of(PROJECTS),
            _ => chance.of(WORDS),
        });
        rest = &rest[at + 3..];
    }
    text.push_str(rest);
    text.push(' ');
}
