//! The terms of a text, in Rust: what jobs/terms.ts does, by the same table of letters (hosts/letters.ts).
#[path = "../../../packages/processes/workers/rust/job_orch_worker.rs"]
mod job_orch_worker;
use job_orch_worker::{failure, serve, Failure, Job};
use std::collections::HashMap;

const LONGEST_TERM: usize = 40;
const MOST_REPEATS: usize = 4;
const UPPER: u8 = 2;

struct Letters {
    kinds: Vec<u8>,
    lower: Vec<u16>,
}

impl Letters {
    fn read(path: &str) -> Letters {
        let table = std::fs::read(path).expect("the table of letters");
        let (kinds, lower) = table.split_at(65536);
        Letters { kinds: kinds.to_vec(), lower: lower.chunks(2).map(|two| u16::from_le_bytes([two[0], two[1]])).collect() }
    }
    fn kind(&self, unit: u16) -> u8 {
        self.kinds[unit as usize]
    }
}

/// A bag of terms: the first spelling of each, and how often it came.
#[derive(Default)]
struct Bag {
    places: HashMap<Vec<u16>, usize>,
    terms: Vec<(Vec<u16>, usize)>,
}

impl Bag {
    fn add(&mut self, letters: &Letters, word: &[u16]) {
        if word.len() > LONGEST_TERM {
            return;
        }
        let key: Vec<u16> = word.iter().map(|unit| letters.lower[*unit as usize]).collect();
        match self.places.get(&key) {
            Some(place) => self.terms[*place].1 += 1,
            None => {
                self.places.insert(key, self.terms.len());
                self.terms.push((word.to_vec(), 1));
            }
        }
    }
}

fn count_terms(letters: &Letters, json: &str) -> Result<String, Failure> {
    let text = unquote(json).ok_or_else(|| failure("TypeError", "not a text", "ERR_REQUEST", "never"))?;
    let (mut bag, mut tokens, mut at) = (Bag::default(), 0, 0);
    while at < text.len() {
        if letters.kind(text[at]) == 0 {
            at += 1;
            continue;
        }
        let start = at;
        while at < text.len() && letters.kind(text[at]) != 0 {
            at += 1;
        }
        tokens += 1;
        let word = &text[start..at];
        bag.add(letters, word);
        let humps: Vec<usize> =
            (1..word.len()).filter(|&here| letters.kind(word[here]) == UPPER && letters.kind(word[here - 1]) != UPPER).collect();
        let mut from = 0;
        for &hump in &humps {
            bag.add(letters, &word[from..hump]);
            from = hump;
        }
        if from > 0 {
            bag.add(letters, &word[from..]);
        }
    }
    let mut terms = String::new();
    for (word, count) in &bag.terms {
        let word = String::from_utf16_lossy(word);
        for _ in 0..(*count).min(MOST_REPEATS) {
            if !terms.is_empty() {
                terms.push(' ');
            }
            terms.push_str(&word); // nothing in a word needs escaping
        }
    }
    Ok(format!("{{\"tokens\":{tokens},\"terms\":\"{terms}\"}}"))
}

/// A JSON text as UTF-16 units.
fn unquote(json: &str) -> Option<Vec<u16>> {
    let inner = json.strip_prefix('"')?.strip_suffix('"')?;
    let mut units = Vec::with_capacity(inner.len());
    let mut chars = inner.chars();
    let mut pair = [0; 2];
    while let Some(char) = chars.next() {
        let plain = if char != '\\' {
            char
        } else {
            match chars.next()? {
                'n' => '\n',
                't' => '\t',
                'r' => '\r',
                'b' => '\u{8}',
                'f' => '\u{c}',
                'u' => {
                    let hex: String = chars.by_ref().take(4).collect();
                    units.push(u16::from_str_radix(&hex, 16).ok()?);
                    continue;
                }
                other => other,
            }
        };
        units.extend_from_slice(plain.encode_utf16(&mut pair));
    }
    Some(units)
}

fn main() {
    let letters = Letters::read(&std::env::args().nth(1).expect("the path of the table of letters"));
    let job: Job = Box::new(move |request, _| count_terms(&letters, request));
    serve("count-terms", vec![("count-terms", job)])
}
