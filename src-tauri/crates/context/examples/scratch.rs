use context::*;
fn main() {
    let path = std::env::args().nth(1).unwrap();
    let text = std::fs::read_to_string(path).unwrap();
    let lines: Vec<String> = text.lines().map(|l| l.replace("\\n", "\n")).collect();
    let at: clock::Timestamp = "2026-11-21T12:00:00Z".parse().unwrap();
    let show = std::env::args().nth(2).unwrap_or_default();
    let start = std::time::Instant::now();
    let n: usize = if show == "time" { 20 } else { 1 };
    let mut count = 0;
    for _ in 0..n {
        for l in &lines {
            let f =
                CueAnalyzer.analyze(TurnText { user_message: l, assistant_response: "", occurred_at: at });
            count += f.items.len();
            if show == "time" {
                continue;
            }
            for i in &f.items {
                println!(
                    "{}\t{}\t{:?}\t{:?}\t{:?}\t{}",
                    i.rule, i.name, i.value, i.replaced, i.target_date, l
                );
            }
            for i in &f.insights {
                println!("{}\t-\t{:?}\t{}", i.rule, i.due, i.content);
            }
            for i in &f.resolutions {
                println!("resolution\t{}\t{}", i.kind, l);
            }
            for i in &f.progress {
                println!("progress\t{}\t{:?}\t{}", i.done, i.key_words, i.text);
            }
            for i in &f.questions {
                println!("question\t{}", i.text);
            }
            for i in &f.mentions {
                println!("mention_{}\t{}\t{}", i.kind, i.name, l);
            }
            println!("language\t{:?}\t{}", f.language, l);
        }
    }
    let bytes: usize = lines.iter().map(|l| l.len()).sum();
    eprintln!(
        "{} turns, {} bytes, {} items, {:?}: {:.0}/s",
        lines.len() * n,
        bytes * n,
        count,
        start.elapsed(),
        (lines.len() * n) as f64 / start.elapsed().as_secs_f64()
    );
}
