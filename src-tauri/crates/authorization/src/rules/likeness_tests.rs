use super::*;

#[test]
fn a_name_that_reads_like_a_known_one_is_found() {
    for name in [
        "Claude",
        "claude",
        "C L A U D E",
        "Claude-Code (official)",
        "CIaude",
        "C1aude",
        "Сlаudе",
        "Ｃｌａｕｄｅ",
        "The real Claude!",
        "clau.de",
    ] {
        assert_eq!(taken_for(name, "evil.example"), Some("Claude"), "{name}");
    }
    for name in ["ChatGPT", "chat gpt", "СhаtGРТ", "ChatGPT Connector"] {
        assert_eq!(taken_for(name, "localhost"), Some("ChatGPT"), "{name}");
    }
    assert_eq!(taken_for("0penAI", "evil.example"), Some("OpenAI"));
    assert_eq!(taken_for("Ambient Insights", "evil.example"), Some("Ambient Insights"));
}

#[test]
fn a_name_of_its_own_looks_like_nobodys() {
    for name in ["Cursor", "Visual Studio Code", "My notes", "Unnamed client", "", "Клод", "クロード"]
    {
        assert_eq!(taken_for(name, "evil.example"), None, "{name}");
    }
}

#[test]
fn where_the_answer_goes_to_the_real_one_the_name_deceives_nobody() {
    assert_eq!(taken_for("ChatGPT", "chatgpt.com"), None);
    assert_eq!(taken_for("Claude", "claude.ai"), None);
    assert_eq!(taken_for("Claude", "api.Claude.AI"), None);
    for host in ["notclaude.ai", "claude.ai.evil.example", "claude.a", "ai", "xn--claude.ai"] {
        assert_eq!(taken_for("Claude", host), Some("Claude"), "{host}");
    }
    assert_eq!(taken_for("ChatGPT by Claude", "chatgpt.com"), Some("Claude"));
}
