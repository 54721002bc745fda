use super::*;

#[test]
fn a_parameter_is_decoded_and_an_empty_one_is_absent() {
    let parameters = Parameters::decode(b"a=1%2B1&b=x+y&c=&d");
    assert_eq!(parameters.one("a"), Ok(Some("1+1")));
    assert_eq!(parameters.one("b"), Ok(Some("x y")));
    assert_eq!(parameters.one("c"), Ok(None));
    assert_eq!(parameters.one("d"), Ok(None));
    assert_eq!(parameters.one("e"), Ok(None));
}

#[test]
fn a_repeated_parameter_is_an_error_even_with_equal_or_empty_values() {
    let parameters = Parameters::decode(b"a=1&a=1&b=&b=2&resource=x&resource=y");
    assert_eq!(parameters.one("a"), Err(InvalidParameter::Repeated("a")));
    assert_eq!(parameters.one("b"), Err(InvalidParameter::Repeated("b")));
    assert_eq!(parameters.all("resource").collect::<Vec<_>>(), ["x", "y"]);
}

#[test]
fn bytes_that_are_no_text_are_refused() {
    assert_eq!(Parameters::decode(b"state=%FF%FE").one("state"), Err(InvalidParameter::NotText("state")));
}
