use super::*;

#[test]
fn each_known_code_has_its_remedy_and_says_whether_trying_again_helps() {
    for (code, words, retry) in [
        ("ERR_NGROK_105", "your-authtoken", Retry::Never),
        ("ERR_NGROK_107", "authtoken_file", Retry::Never),
        ("ERR_NGROK_4018", "your-authtoken", Retry::Never),
        ("ERR_NGROK_108", "dashboard.ngrok.com/agents", Retry::Seldom),
        ("ERR_NGROK_312", "TLS endpoints", Retry::Never),
        ("ERR_NGROK_319", "memory.example.org is not reserved", Retry::Never),
        ("ERR_NGROK_334", "memory.example.org is online already", Retry::Soon),
        ("ERR_NGROK_115", "ip-restrictions", Retry::Never),
        ("ERR_NGROK_103", "suspended", Retry::Never),
        ("ERR_NGROK_120", "update this program", Retry::Never),
        ("ERR_NGROK_9999", "docs/errors/err_ngrok_9999", Retry::Seldom),
    ] {
        let refusal = Refusal::of(Some(code), "memory.example.org");
        let told = refusal.to_string();
        assert!(told.contains(words) && told.contains(code), "{code}: {told}");
        assert_eq!(refusal.retry(), retry, "{code}");
    }
}

#[test]
fn what_is_no_code_is_not_repeated() {
    for text in ["2abc_secret-token", "ERR_NGROK_", "ERR_NGROK_1 and more", ""] {
        let told = Refusal::of(Some(text), "a.example").to_string();
        assert!(told.contains("no code") && !told.contains("secret") && !told.contains("and more"), "{told}");
    }
}
