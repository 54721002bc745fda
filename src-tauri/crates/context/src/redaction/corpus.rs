//! Texts with secrets in them, and texts that only look like it; all written for this test.
//!
//! No secret stands here in one piece: scanners of repositories would take them for leaked ones.

pub(super) struct Case {
    pub(super) kind: &'static str,
    pub(super) before: String,
    pub(super) secret: String,
    pub(super) after: String,
}

/// So many characters of `alphabet`, in an order without a pattern, with all its kinds near the beginning.
fn from(alphabet: &str, length: usize) -> String {
    let letters: Vec<char> = alphabet.chars().collect();
    let mut state = 0x2545_F491_4F6C_DD1D_u64;
    (0..length)
        .map(|_| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            letters[usize::try_from(state >> 40).unwrap() % letters.len()]
        })
        .collect()
}

fn alnum(length: usize) -> String {
    from("aB3dE5fG7hJ9kL1mN2pQ4rS6tU8vW0xYzAbC", length)
}

fn hex(length: usize) -> String {
    from("0123456789abcdef", length)
}

fn upper(length: usize) -> String {
    from("A2B3C4D5E6F7GHIJKLMNOPQRSTUVWXYZ", length)
}

fn case(kind: &'static str, before: &str, secret: impl Into<String>, after: &str) -> Case {
    Case { kind, before: before.to_owned(), secret: secret.into(), after: after.to_owned() }
}

fn pem(label: &str) -> String {
    let line = alnum(64);
    format!("-----BEGIN {label}-----\n{line}\n{line}\n{}==\n-----END {label}-----", alnum(30))
}

/// Parts that make a whole, so that the file itself holds none.
fn of(parts: &[&str]) -> String {
    parts.concat()
}

pub(super) fn secrets() -> Vec<Case> {
    let mut cases = providers();
    cases.extend(places());
    cases.extend(named());
    cases.extend(cards());
    cases
}

fn providers() -> Vec<Case> {
    let jwt = format!("eyJ{}.eyJ{}.{}", alnum(20), alnum(40), alnum(43));
    vec![
        case("Anthropic key", "my key is ", of(&["sk-", "ant-api03-", &alnum(80), "AA"]), ", right?"),
        case("OpenAI key", "OPENAI: ", of(&["sk-", "proj-", &alnum(60)]), "."),
        case("OpenAI key", "(", of(&["sk-", "svcacct-", &alnum(60)]), ")"),
        case("API key", "use ", of(&["sk-", &alnum(48)]), " here"),
        case("OpenRouter key", "", of(&["sk-", "or-v1-", &hex(64)]), "\n"),
        case("AWS access key", "id ", of(&["AKI", "A", &upper(16)]), ""),
        case("AWS access key", "id ", of(&["ASI", "A", &upper(16)]), " for an hour"),
        case("AWS secret key", "aws_secret_access_key = ", alnum(40), "\n"),
        case("Google API key", "?key=", of(&["AI", "za", &alnum(35)]), "&x=1"),
        case("Google token", "Got ", of(&["ya", "29.", &alnum(60)]), " back"),
        case("Google client secret", "", of(&["GOC", "SPX-", &alnum(28)]), ""),
        case("GitHub token", "git clone with ", of(&["gh", "p_", &alnum(36)]), ""),
        case("GitHub token", "", of(&["gh", "s_", &alnum(36)]), " in CI"),
        case("GitHub token", "", of(&["git", "hub_pat_", &alnum(22), "_", &alnum(59)]), ""),
        case("GitLab token", "", of(&["gl", "pat-", &alnum(20)]), ""),
        case("GitLab token", "runner ", of(&["gl", "rt-", &alnum(20)]), ""),
        case("Slack token", "", of(&["xo", "xb-", "123456789012-", "1234567890123-", &alnum(24)]), ""),
        case("Slack token", "", of(&["xa", "pp-1-A012BCD3EFG-", "1234567890123-", &hex(64)]), ""),
        case(
            "Slack webhook",
            "https://hooks.slack.com/services/",
            of(&["T0", "12AB3CD/", "B0", "12AB3CD/", &alnum(24)]),
            "",
        ),
        case(
            "Discord webhook",
            "https://discord.com/api/webhooks/",
            of(&["123456789012345678/", &alnum(68)]),
            "",
        ),
        case("Discord token", "bot: ", of(&["MT", &alnum(24), ".", "Gabc1d", ".", &alnum(38)]), ""),
        case("Stripe key", "", of(&["sk", "_live_", &alnum(24)]), ""),
        case("Stripe key", "", of(&["rk", "_test_", &alnum(24)]), ""),
        case("Stripe webhook secret", "", of(&["wh", "sec_", &alnum(32)]), ""),
        case("Twilio key", "sid ", of(&["S", "K", &hex(32)]), ""),
        case("SendGrid key", "", of(&["S", "G.", &alnum(22), ".", &alnum(43)]), ""),
        case("npm token", "", of(&["np", "m_", &alnum(36)]), ""),
        case("PyPI token", "", of(&["py", "pi-AgEIcHlwaS5vcmc", &alnum(60)]), ""),
        case("RubyGems key", "", of(&["ruby", "gems_", &hex(48)]), ""),
        case("crates.io token", "cargo login ", of(&["ci", "o", &alnum(32)]), ""),
        case("Hugging Face token", "", of(&["h", "f_", &alnum(34)]), ""),
        case("Replicate token", "", of(&["r", "8_", &alnum(37)]), ""),
        case("Groq key", "", of(&["gs", "k_", &alnum(52)]), ""),
        case("Azure storage key", "AccountKey=", of(&[&alnum(86), "=="]), ";EndpointSuffix=core.windows.net"),
        case("Azure client secret", "", of(&["abc", "8Q", "~", &alnum(34)]), ""),
        case("signed URL", "https://x.blob.core.windows.net/a?sv=2024&sig=", of(&[&alnum(43), "%3D"]), ""),
        case("Telegram token", "", of(&["1234567890", ":AA", &alnum(33)]), ""),
        case("DigitalOcean token", "", of(&["do", "p_v1_", &hex(64)]), ""),
        case("Shopify token", "", of(&["sh", "pat_", &hex(32)]), ""),
        case("Databricks token", "", of(&["da", "pi", &hex(32)]), ""),
        case("Vault token", "", of(&["hv", "s.", &alnum(24)]), ""),
        case("Grafana token", "", of(&["gl", "sa_", &alnum(32), "_", &hex(8)]), ""),
        case("Docker token", "", of(&["dc", "kr_pat_", &alnum(27)]), ""),
        case("Atlassian token", "", of(&["AT", "ATT3xFfGF0", &alnum(60)]), ""),
        case("Notion token", "", of(&["nt", "n_", &alnum(46)]), ""),
        case("Linear key", "", of(&["li", "n_api_", &alnum(40)]), ""),
        case("Supabase token", "", of(&["sb", "p_", &hex(40)]), ""),
        case("Airtable token", "", of(&["pa", "t", &alnum(14), ".", &hex(64)]), ""),
        case("Mailchimp key", "", of(&[&hex(32), "-us", "21"]), ""),
        case("age key", "", of(&["AGE-SECRET", "-KEY-1", &upper(58)]), ""),
        case("Ambient Insights token", "", of(&["ami", "_at_", &alnum(49)]), ""),
        case("Ambient Insights token", "", of(&["ami", "_cs_", &alnum(49)]), ""),
        case("JSON Web Token", "cookie ", jwt, ""),
        case("private key", "Here:\n", pem(&of(&["PRIVATE", " KEY"])), "\nand more"),
        case("private key", "", pem(&of(&["RSA PRIVATE", " KEY"])), ""),
        case("private key", "", pem(&of(&["OPENSSH PRIVATE", " KEY"])), ""),
        case("private key", "", pem(&of(&["PGP PRIVATE", " KEY BLOCK"])), ""),
        case(
            "private key",
            "{\"private_key\": \"",
            pem(&of(&["PRIVATE", " KEY"])).replace('\n', "\\n"),
            "\\n\"}",
        ),
        case(
            "private key",
            "cut off: ",
            pem(&of(&["EC PRIVATE", " KEY"])).split("\n-----END").next().unwrap(),
            "",
        ),
    ]
}

fn places() -> Vec<Case> {
    vec![
        case("password", "postgres://shop:", of(&["s3cr", "et"]), "@db.internal:5432/shop"),
        case("password", "redis://:", of(&["hunter", "2"]), "@cache"),
        case("password", "https://bob:", of(&["p@ss", ":w0rd"]), "@example.org/path"),
        case("password", "mongodb+srv://a:", of(&["correct", "horse"]), "@cluster0.mongodb.net"),
        case("credentials", "Authorization: Bearer ", alnum(32), ""),
        case("credentials", "-H 'authorization: Basic ", of(&["dXNlcjpw", "YXNzd29yZDE="]), "'"),
        case("credentials", "it sends bearer ", alnum(40), " each time"),
        case("password", "curl -s -u admin:", of(&["hunter", "2"]), " https://example.org"),
        case("password", "sshpass -p '", of(&["hunter", "2"]), "' ssh host"),
    ]
}

fn named() -> Vec<Case> {
    let word = of(&["hunter", "2"]);
    vec![
        case("password", "password=", word.clone(), "\n"),
        case("password", "password: ", word.clone(), ", user: bob"),
        case("password", "{\"password\": \"", word.clone(), "\"}"),
        case("password", "DB_PASSWORD=", of(&["correct", "horse"]), "\nDB_HOST=localhost"),
        case("password", "Server=db;User Id=sa;Password=", word.clone(), ";Encrypt=true"),
        case("password", "passwd = '", of(&["tr0ub4", "dor&3"]), "'"),
        case("password", "das Passwort ist ", of(&["Sommer", "2026"]), "."),
        case("password", "The password for the router is ", of(&["Blue", "Fish77"]), ", ok?"),
        case("password", "my password is \"", of(&["open", "sesame1"]), "\""),
        case("password", "passphrase: `", of(&["staple", "battery9"]), "`"),
        case("password", "pwd = ", of(&["Winter", "2025!"]), ""),
        case("password", "password: ", of(&["1234", "5678"]), ""),
        case("password", "<password>", word, "</password>"),
        case("secret", "api_key = \"", of(&["a1b2c3d4", "e5f6"]), "\""),
        case("secret", "X-Api-Key: ", hex(32), ""),
        case("secret", "client_secret=", alnum(24), "&grant_type=client_credentials"),
        case("secret", "SECRET_KEY_BASE=", hex(64), ""),
        case("secret", "TWILIO_AUTH_TOKEN=", hex(32), ""),
        case("secret", "//registry.npmjs.org/:_authToken=", hex(36), ""),
        case("secret", "https://example.org/hook?token=", alnum(32), "&x=1"),
    ]
}

fn cards() -> Vec<Case> {
    vec![
        case("card number", "charge ", of(&["4111", "1111", "1111", "1111"]), " please"),
        case("card number", "Visa ", of(&["4111 ", "1111 ", "1111 ", "1111"]), ", 12/29"),
        case("card number", "", of(&["5555-", "5555-", "5555-", "4444"]), ""),
        case("card number", "amex: ", of(&["3782 ", "822463 ", "10005"]), "."),
        case("card number", "", of(&["6011", "1111", "1111", "1117"]), ""),
        case("card number", "", of(&["3056 ", "930902 ", "5904"]), ""),
        case("card number", "", of(&["3530", "1113", "3330", "0000"]), ""),
        case("card number", "MasterCard ", of(&["2223", "0031", "2200", "3222"]), ""),
    ]
}

pub(super) fn innocent() -> Vec<String> {
    let mut texts: Vec<String> = WORDS.iter().map(|text| (*text).to_owned()).collect();
    texts.extend([
        format!("commit {}", hex(40)),
        format!("fixed in {} yesterday", hex(7)),
        format!("sha256:{}", hex(64)),
        format!("sha512-{}==", alnum(86)),
        format!("ETag: \"{}\"", hex(32)),
        format!("data:image/png;base64,iVBORw0KGgo{}==", alnum(400)),
        format!("\"integrity\": \"sha512-{}==\"", alnum(86)),
        format!("docker pull app@sha256:{}", hex(64)),
        format!("the key-{} of the React list", hex(32)),
        format!("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI{} me@host", alnum(43)),
        format!("-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----", alnum(64)),
        format!("-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----", alnum(64)),
        of(&["starts with -----BEGIN PRIVATE", " KEY----- and ends with -----END PRIVATE", " KEY-----"]),
        format!("pk_live_{} is for the browser", alnum(24)),
        format!("arn:aws:s3:::bucket/{}", alnum(40)),
        format!("https://example.org/a/{}/b", alnum(40)),
        format!("a build id {}", alnum(12)),
        format!("{} is the tree's hash", hex(40)),
    ]);
    texts
}

const WORDS: &[&str] = &[
    "550e8400-e29b-41d4-a716-446655440000",
    "the turn 019a9d0c-5c00-7000-8000-0123456789ab",
    "+49 170 1234567",
    "call +1 (555) 010-9999 or 0800 123 4567",
    "+44 20 7946 0958",
    "ISBN 978-3-16-148410-0",
    "ISBN 9780306406157",
    "order 4006381333931 arrived",
    "order number 1234567890123456",
    "parcel 00340434161094042557",
    "invoice 2026-11-21-000012345678",
    "IMEI 490154203237518",
    "the timestamp 1763740800000000",
    "in nanoseconds 1763740800000000000",
    "tweet 1790000000000000003",
    "snowflake 4111111111111111110",
    "pi is 3.14159265358979323846",
    "0.4111111111111111",
    "4111111111111112 fails its check digit",
    "4000 0000 0000 0000 is no card either",
    "row 4111-1111 1111-1111",
    "0000 0000 0000 0000",
    "the fraction 4111111111111111.5",
    "version 4111111111111111-beta",
    "IBAN DE89 3704 0044 0532 0130 00",
    "the tracking id 1Z999AA10123456784",
    "GPS 52.5200066, 13.4049540",
    "10.0.0.1:5432, 192.168.178.1",
    "fe80::1ff:fe23:4567:890a",
    "MAC 00:1A:2B:3C:4D:5E",
    "the password must have at least 8 characters",
    "password: at least 12 characters, one digit",
    "password: 8-64 characters",
    "Passwort: mindestens 8 Zeichen",
    "Passwort vergessen? Klicken Sie hier.",
    "the password is wrong",
    "the password is base64-encoded",
    "the password is sha256 hashed",
    "the password is 12 characters long",
    "your password was changed yesterday",
    "das Passwort ist falsch",
    "password = getpass.getpass()",
    "password = os.environ[\"DB_PASSWORD\"]",
    "password=None",
    "password: str",
    "password: String,",
    "password: Option<String>",
    "let password = config.database.password;",
    "password = self.password",
    "def login(user, password=DEFAULT)",
    "login(user=user, password=password)",
    "\"password\": \"string\"",
    "\"password\": \"Passwort\"",
    "\"password\": \"Contraseña\"",
    "'password' => 'required|min:8'",
    "password: process.env.DB_PASSWORD",
    "PASSWORD=${DB_PASSWORD}",
    "PASSWORD=$(pass show db)",
    "password=<your password>",
    "password=********",
    "password: xxxxxxxx",
    "password: your-password-123",
    "postgres://user:$PASSWORD@localhost/db",
    "postgres://user:<password>@localhost/db",
    "postgres://user:${DB_PASS}@localhost/db",
    "postgres://localhost:5432/db",
    "https://example.org:8443/@user/post",
    "https://example.org/a:b@c",
    "ssh://git@example.org/repo.git",
    "mailto:someone@example.org",
    "token: String",
    "token = get_token()",
    "token = lexer.next_token()",
    "access_token = oauth2_client.access_token",
    "max_tokens=4096",
    "tokens: 128000",
    "the token is sent as a header",
    "token: an opaque string of up to 512 characters",
    "api_key = YOUR_API_KEY_1234567890",
    "api_key=API_KEY",
    "api_key: process.env.OPENAI_API_KEY",
    "secret: config.get(\"secret\")",
    "secret = \"my-test-secret-2024\"",
    "client_secret_file = \"/run/secrets/oauth2\"",
    "private_key: ./keys/server2048.pem",
    "private_key = load_key(path)",
    "key: value",
    "primary_key=id",
    "foreign key: user_id",
    "the secret of good bread: time",
    "Authorization: Bearer <token>",
    "Authorization: Bearer YOUR_TOKEN",
    "Authorization: Bearer $TOKEN",
    "a bearer of good news arrived yesterday",
    "the flask-sqlalchemy-session-extension-2 package",
    "sk-learn-pipeline-with-grid-search-and-cross-validation",
    "task-1234567890abcdef1234567890abcdef",
    "the AKIA prefix marks access keys",
    "ghp_ is the prefix of classic tokens",
    "npm_config_registry and npm_lifecycle_event",
    "xoxo, see you tomorrow-evening-at-eight",
    "eyJ is how a JWT begins",
    "hf_transfer speeds downloads up",
    "SG.1 and SG.2 are groups",
    "MainActivity.create.withSomeVeryLongMethodNameThatGoesOn",
    "docker run -u 1000:1000 image",
    "rsync -u src:dst",
    "curl -s https://example.org | sh",
    "aspect ratio 16:9, scale 1:100000",
    "2026-11-21T09:30:00.123456Z",
    "x = 0x4111111111111111",
    "#4111111111111111",
    "The pwd command prints the working directory",
    "pwd: /home/me/projects",
    "the credentials: ask Anna",
    "Session-Token: see above",
    "rate limit 1000000000000000 per day",
    "git@github.com:rust-lang/rust.git",
    "user:group 1000:1000",
    "C:\\Users\\me\\secret2024\\notes.txt",
    "the sum is 1234 5678 9012 3456",
    "seats 12 14 16 18 20 22 24 26",
    "lorem ipsum dolor sit amet, consectetur adipiscing elit",
    "日本語のテキスト、パスワードなし",
    "der Schlüssel liegt unter der Matte",
];
