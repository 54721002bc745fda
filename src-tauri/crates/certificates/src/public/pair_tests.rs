use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};

use super::*;

/// A CA for tests, and what it signs.
struct Ca {
    issuer: Issuer<'static, KeyPair>,
    certificate: CertificateDer<'static>,
}

fn now() -> Timestamp {
    Timestamp::from_secs(1_795_262_400)
}

const DAY: Duration = Duration::from_hours(24);

impl Ca {
    fn new() -> Self {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.distinguished_name.push(DnType::CommonName, format!("CA {:?}", key.public_key_raw()));
        let certificate = params.self_signed(&key).unwrap().der().clone();
        Self { issuer: Issuer::new(params, key), certificate }
    }

    /// PEM of a certificate for `name`, valid from and until so many days from now, and of its key.
    fn sign(&self, name: &str, from: i64, to: i64) -> (String, String) {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new([name.to_owned()]).unwrap();
        let day = |days: i64| {
            time::OffsetDateTime::from_unix_timestamp(now().as_secs() + days * 24 * 3600).unwrap()
        };
        (params.not_before, params.not_after) = (day(from), day(to));
        (params.signed_by(&key, &self.issuer).unwrap().pem(), key.serialize_pem())
    }

    fn verifier(&self) -> Arc<dyn ServerCertVerifier> {
        let mut roots = RootCertStore::empty();
        roots.add(self.certificate.clone()).unwrap();
        WebPkiServerVerifier::builder_with_provider(Arc::new(roots), resolver::provider()).build().unwrap()
    }

    fn judge(&self, chain: &str, key: &str) -> Result<Believed, Refusal> {
        Pair::read(chain.as_bytes(), key.as_bytes())?.judge("memory.example.org", &*self.verifier(), now())
    }
}

#[test]
fn a_pair_for_the_name_is_believed() {
    let ca = Ca::new();
    let (chain, key) = ca.sign("memory.example.org", -1, 89);
    let believed = ca.judge(&chain, &key).unwrap();
    assert_eq!(believed.info.names, ["memory.example.org"]);
    let (chain, key) = ca.sign("*.example.org", -1, 89);
    ca.judge(&chain, &key).unwrap();
}

#[test]
fn what_no_client_would_take_is_refused_with_its_reason() {
    let ca = Ca::new();
    let (chain, key) = ca.sign("memory.example.org", -1, 89);
    let (_, another_key) = ca.sign("memory.example.org", -1, 89);
    assert!(matches!(ca.judge(&chain, &another_key), Err(Refusal::NotAPair)));

    let (wrong, wrong_key) = ca.sign("other.example.org", -1, 89);
    let refusal = ca.judge(&wrong, &wrong_key).unwrap_err();
    assert_eq!(
        refusal.to_string(),
        "the certificate is for other.example.org, not for memory.example.org; get one for memory.example.org, or \
         correct public_url"
    );

    let (old, old_key) = ca.sign("memory.example.org", -90, -1);
    let refusal = ca.judge(&old, &old_key).unwrap_err();
    assert!(
        matches!(refusal, Refusal::Expired { not_after, .. } if not_after == now().minus(DAY)),
        "{refusal}"
    );
    let (young, young_key) = ca.sign("memory.example.org", 1, 90);
    let refusal = ca.judge(&young, &young_key).unwrap_err();
    assert!(refusal.to_string().contains("set the clock right"), "{refusal}");

    let refusal = Ca::new().judge(&chain, &key).unwrap_err();
    assert!(refusal.to_string().contains("fullchain.pem, not cert.pem"), "{refusal}");
}

#[test]
fn what_is_no_pair_of_pem_files_is_told_apart() {
    let ca = Ca::new();
    let (chain, key) = ca.sign("memory.example.org", -1, 89);
    for (chain, key, words) in [
        ("", key.as_str(), "the chain holds no certificate"),
        (&key, &key, "the chain holds no certificate"),
        (
            "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
            &key,
            "the chain holds no certificate",
        ),
        (&chain, "", "the key can not be used"),
        (&chain, &chain, "the key can not be used"),
        (&chain, "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", "the key can not be used"),
        (
            &chain,
            "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n",
            "locked with a password",
        ),
    ] {
        let refusal = ca.judge(chain, key).unwrap_err();
        assert!(refusal.to_string().contains(words), "{words}: {refusal}");
    }
}

#[test]
fn a_trial_is_judged_by_its_own_top_for_name_and_time_all_the_same() {
    let ca = Ca::new();
    let chain_of = |name: &str, from, to| {
        let (leaf, key) = ca.sign(name, from, to);
        let body: Vec<u8> = [leaf.as_bytes(), pem(&ca.certificate).as_bytes()].concat();
        Pair::read(&body, key.as_bytes()).unwrap()
    };
    let judge = |pair: Pair| {
        let top = pair.own_top().unwrap();
        pair.judge("memory.example.org", &*top, now())
    };
    judge(chain_of("memory.example.org", -1, 89)).unwrap();
    assert!(matches!(judge(chain_of("other.example.org", -1, 89)), Err(Refusal::WrongName { .. })));
    assert!(matches!(judge(chain_of("memory.example.org", -9, -1)), Err(Refusal::Expired { .. })));
}

fn pem(certificate: &CertificateDer<'_>) -> String {
    use std::fmt::Write as _;

    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut body = String::new();
    for group in certificate.chunks(3) {
        let bits =
            group.iter().fold(0_u32, |bits, byte| (bits << 8) | u32::from(*byte)) << (8 * (3 - group.len()));
        for place in 0..4 {
            let letter = usize::try_from((bits >> (18 - 6 * place)) & 63).unwrap();
            body.push(if place <= group.len() { char::from(LETTERS[letter]) } else { '=' });
        }
    }
    let mut text = String::from("-----BEGIN CERTIFICATE-----\n");
    for line in body.as_bytes().chunks(64) {
        writeln!(text, "{}", std::str::from_utf8(line).unwrap()).unwrap();
    }
    text + "-----END CERTIFICATE-----\n"
}
