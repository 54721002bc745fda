use super::*;

fn of(text: &str) -> Option<Language> {
    language(&Tokens::of(text))
}

#[test]
fn a_sentence_is_enough_to_tell_english_from_german() {
    for text in [
        "What is the best way to grow tomatoes on a balcony?",
        "I'm not sure whether that works.",
        "please fix the typo in my letter",
        "My train was late and now I have an hour in Cologne",
    ] {
        assert_eq!(of(text), Some(Language::English), "{text}");
    }
    for text in [
        "Wie bekomme ich Rotwein aus dem Teppich?",
        "Ich bin mir nicht sicher, ob das geht.",
        "Mein Docker Container startet nicht mehr",
        "Kannst du mir bitte eine Mail schreiben",
        "Übrigens habe ich den Kurs abgeschlossen.",
    ] {
        assert_eq!(of(text), Some(Language::German), "{text}");
    }
}

#[test]
fn too_little_or_another_language_stays_undecided() {
    for text in [
        "",
        "ok",
        "Docker",
        "🎉🎉",
        "Ik heb het niet gezien, maar ik denk dat het goed is.",
        "Je ne sais pas si c'est une bonne idée pour la fête.",
        "No sé si es una buena idea para la fiesta.",
        "Jag vet inte om det är en bra idé för festen.",
        "Non so se è una buona idea per la festa.",
        "これは日本語です。",
        "git commit -m fix",
    ] {
        assert_eq!(of(text), None, "{text}");
    }
}
