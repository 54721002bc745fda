use proptest::prelude::*;

use super::*;

#[test]
fn tokens_are_counted_by_script() {
    assert_eq!(tokens(""), 0);
    assert_eq!(tokens("a"), 1);
    assert_eq!(tokens("four char"), 3);
    assert_eq!(tokens("Привет"), 3);
    assert_eq!(tokens("東京都"), 3);
    assert_eq!(tokens("서울"), 2);
    assert_eq!(tokens("🦀"), 2);
}

#[test]
fn a_text_that_fits_is_left_alone() {
    let text = "Exactly as it was.";
    assert!(matches!(shorten(text, tokens(text)), Cow::Borrowed(same) if same == text));
    assert_eq!(shorten("", 0), "");
}

#[test]
fn a_cut_prefers_the_end_of_a_sentence() {
    let text = format!("The first sentence is here. The second one is here. {}", "word ".repeat(100));
    let cut = shorten(&text, 24);
    assert!(cut.starts_with("The first sentence is here. The second one is here. …"), "{cut}");
    assert!(cut.ends_with("more characters]"), "{cut}");
}

#[test]
fn a_cut_without_a_sentence_near_by_stands_between_words() {
    let text = "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi omicron pi rho";
    let cut = shorten(text, 16);
    let kept = cut.split(" …").next().unwrap();
    assert!(text.starts_with(kept) && text[kept.len()..].starts_with(' '), "{cut}");
}

#[test]
fn chinese_is_cut_behind_its_own_full_stop() {
    let text =
        "我喜欢徒步旅行和摄影。我每个周末都去山里拍照片，也在河边拍照，回家以后整理所有的照片并且写日记。";
    let cut = shorten(text, 22);
    assert!(cut.starts_with("我喜欢徒步旅行和摄影。 …"), "{cut}");
}

#[test]
fn a_mark_tells_how_much_is_missing() {
    let text = "x".repeat(1_000);
    let cut = shorten(&text, 58);
    assert_eq!(cut, format!("{} … [800 more characters]", "x".repeat(200)));
}

#[test]
fn no_flag_and_no_accented_letter_is_torn_apart() {
    for unit in ["🇩🇪", "e\u{301}", "👩\u{200d}👩\u{200d}👧"] {
        let text = unit.repeat(60);
        for most in 8..60 {
            let cut = shorten(&text, most);
            if cut == text.as_str() {
                continue;
            }
            let kept = cut.split('…').next().unwrap().trim_end();
            assert_eq!(kept.replace(unit, ""), "", "{cut}");
        }
    }
}

#[test]
fn short_wishes_are_granted_whole_and_the_long_ones_share_the_rest() {
    assert_eq!(share(100, &[10, 20, 30]), [10, 20, 30]);
    assert_eq!(share(100, &[10, 500, 500]), [10, 45, 45]);
    assert_eq!(share(10, &[500, 2, 500]), [4, 2, 4]);
    assert_eq!(share(10, &[]), Vec::<usize>::new());
    assert_eq!(share(0, &[5, 5]), [0, 0]);
}

#[test]
fn texts_of_one_answer_keep_their_number() {
    let mut texts = vec!["short".to_owned(), "long word ".repeat(200), "long word ".repeat(300)];
    shorten_all(texts.iter_mut(), 120);
    assert_eq!(texts[0], "short");
    assert!(texts.iter().all(|text| !text.is_empty()));
    assert!(texts.iter().map(|text| tokens(text)).sum::<usize>() <= 120, "{texts:?}");
}

proptest! {
    #[test]
    fn a_cut_text_is_a_true_beginning_and_costs_no_more_than_allowed(text in "\\PC{0,400}", most in 0_usize..120) {
        let cut = shorten(&text, most);
        if tokens(&text) <= most {
            prop_assert_eq!(cut.as_ref(), text.as_str());
        } else {
            let (kept, mark) = cut.rsplit_once("… [").unwrap();
            prop_assert!(text.starts_with(kept.trim_end()));
            let missing: usize = mark.split(' ').next().unwrap().parse().unwrap();
            prop_assert_eq!(kept.trim_end().chars().count() + missing, text.chars().count());
            prop_assert!(tokens(&cut) <= most.max(MARK_TOKENS));
        }
    }

    #[test]
    fn shares_never_exceed_the_room_or_a_wish(room in 0_usize..5_000, wishes in proptest::collection::vec(0_usize..2_000, 0..20)) {
        let given = share(room, &wishes);
        prop_assert!(given.iter().sum::<usize>() <= room);
        prop_assert!(given.iter().zip(&wishes).all(|(given, wish)| given <= wish));
        if wishes.iter().sum::<usize>() <= room {
            prop_assert_eq!(given, wishes);
        }
    }
}
