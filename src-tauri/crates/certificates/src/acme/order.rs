//! One order, from the account to the issued chain.

use std::sync::Arc;
use std::time::Duration;

use instant_acme::{
    Account, AccountCredentials, AuthorizationStatus, CertificateIdentifier, ChallengeType, Identifier,
    NewAccount, NewOrder, Order, OrderStatus, RetryPolicy,
};
use rcgen::{CertificateParams, DistinguishedName, KeyPair};
use rustls_pki_types::CertificateDer;
use serde::Deserialize;

use super::challenges::{Challenges, Standing};
use super::http::{Heard, Http};
use super::problem::{self, AcmeError};
use super::{ChallengeKind, Directory};

/// How long an authority may think about an order. Pebble takes a second, Let's Encrypt up to half a minute.
const PATIENCE: RetryPolicy = RetryPolicy::new()
    .initial_delay(Duration::from_millis(100))
    .backoff(1.6)
    .timeout(Duration::from_secs(90));

/// What an authority gave.
pub(crate) struct Issued {
    pub(crate) chain_pem: String,
    pub(crate) key_pem: String,
}

/// An authority, and what is needed to speak with it.
pub(crate) struct Authority<'a> {
    pub(crate) directory: &'a Directory,
    pub(crate) http: &'a Http,
}

impl Authority<'_> {
    fn failed(&self, error: instant_acme::Error, heard: &Heard) -> AcmeError {
        AcmeError::of(error, self.directory.url(), heard)
    }

    /// Gives an error its words; what was heard is kept for the explanation.
    pub(super) fn error(&self, heard: &mut Heard) -> impl FnMut(instant_acme::Error) -> AcmeError {
        move |error| {
            *heard = self.http.take_heard();
            self.failed(error, heard)
        }
    }

    /// The address of its terms of service, if it has any.
    pub(crate) async fn terms(&self) -> Result<Option<String>, AcmeError> {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Listing {
            #[serde(rename = "newOrder")]
            _new_order: String,
            #[serde(default)]
            meta: Meta,
        }
        #[derive(Default, Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Meta {
            terms_of_service: Option<String>,
        }

        let directory = self.directory.url();
        let answer = self
            .http
            .get(directory)
            .await
            .map_err(|source| AcmeError::Unanswered { directory: directory.to_owned(), source })?;
        let listing: Listing = serde_json::from_slice(answer.body()).map_err(|error| {
            let detail = self.http.take_heard().strange.unwrap_or_else(|| error.to_string());
            AcmeError::Nonsense { directory: directory.to_owned(), detail }
        })?;
        Ok(listing.meta.terms_of_service)
    }

    /// The account that is known already.
    pub(crate) async fn account(&self, credentials: &[u8], heard: &mut Heard) -> Result<Account, AcmeError> {
        let credentials: AccountCredentials =
            serde_json::from_slice(credentials).map_err(|error| AcmeError::Account(error.to_string()))?;
        Account::builder_with_http(Box::new(self.http.clone()))
            .from_credentials(credentials)
            .await
            .map_err(self.error(heard))
    }

    /// A new account, and what is to be kept of it. The person has agreed to the authority's terms.
    pub(crate) async fn new_account(&self, heard: &mut Heard) -> Result<(Account, Vec<u8>), AcmeError> {
        let wish = NewAccount { contact: &[], terms_of_service_agreed: true, only_return_existing: false };
        let (account, credentials) = Account::builder_with_http(Box::new(self.http.clone()))
            .create(&wish, self.directory.url().to_owned(), None)
            .await
            .map_err(self.error(heard))?;
        let credentials =
            serde_json::to_vec(&credentials).map_err(|error| AcmeError::Account(error.to_string()))?;
        Ok((account, credentials))
    }

    /// Orders a certificate for `name`.
    pub(crate) async fn order(
        &self,
        account: &Account,
        wish: &Wish<'_>,
        challenges: &Arc<Challenges>,
        heard: &mut Heard,
    ) -> Result<Issued, AcmeError> {
        let identifiers = [Identifier::Dns(wish.name.to_owned())];
        let mut new_order = NewOrder::new(&identifiers);
        if let Some(profile) = wish.profile {
            new_order = new_order.profile(profile);
        }
        // Those authorities that renew by suggestion want to know what is renewed; the others refuse the word.
        if let Some(replaced) = wish.replaces.and_then(|der| CertificateIdentifier::try_from(der).ok()) {
            new_order = new_order.replaces(replaced);
        }
        let mut order = account.new_order(&new_order).await.map_err(self.error(heard))?;
        // The answers stand until the order is decided.
        let _standing = self.answer(&mut order, wish, challenges, heard).await?;
        match order.poll_ready(&PATIENCE).await {
            Ok(OrderStatus::Ready | OrderStatus::Valid) => {}
            Ok(_) => return Err(self.why(&mut order, wish.name).await),
            Err(error @ instant_acme::Error::Api(_)) => {
                let failed = self.error(heard)(error);
                // The order's own words are often less than those of the challenge.
                return Err(self.reason(&mut order, wish.name).await.unwrap_or(failed));
            }
            Err(error) => return Err(self.error(heard)(error)),
        }
        let (key, request) = signing_request(wish.name).map_err(crate::Error::from)?;
        order.finalize_csr(&request).await.map_err(self.error(heard))?;
        let chain_pem = order.poll_certificate(&PATIENCE).await.map_err(self.error(heard))?;
        Ok(Issued { chain_pem, key_pem: key.serialize_pem() })
    }

    async fn answer(
        &self,
        order: &mut Order,
        wish: &Wish<'_>,
        challenges: &Arc<Challenges>,
        heard: &mut Heard,
    ) -> Result<Vec<Standing>, AcmeError> {
        let mut standing = Vec::new();
        let mut authorizations = order.authorizations();
        while let Some(authorization) = authorizations.next().await {
            let mut authorization = authorization.map_err(self.error(heard))?;
            if authorization.status == AuthorizationStatus::Valid {
                continue;
            }
            let kind = wish.challenge;
            let mut challenge =
                authorization.challenge(kind.acme()).ok_or(AcmeError::NoSuchChallenge(kind.as_str()))?;
            let proof = challenge.key_authorization();
            standing.push(match kind {
                ChallengeKind::TlsAlpn01 => challenges
                    .show_certificate(wish.name, proof.digest().as_ref())
                    .map_err(crate::Error::from)?,
                ChallengeKind::Http01 => challenges.show_text(&challenge.token, proof.as_str()),
            });
            challenge.set_ready().await.map_err(self.error(heard))?;
        }
        Ok(standing)
    }

    async fn why(&self, order: &mut Order, name: &str) -> AcmeError {
        let unknown = || AcmeError::Challenge {
            name: name.to_owned(),
            kind: "without a type".to_owned(),
            detail: "no reason given".to_owned(),
        };
        self.reason(order, name).await.unwrap_or_else(unknown)
    }

    /// What the authority wrote at the challenge that failed.
    async fn reason(&self, order: &mut Order, name: &str) -> Option<AcmeError> {
        let mut authorizations = order.authorizations();
        while let Some(Ok(mut authorization)) = authorizations.next().await {
            let Ok(state) = authorization.refresh().await else { continue };
            if let Some(error) = state.challenges.iter().find_map(|challenge| challenge.error.as_ref()) {
                return Some(AcmeError::Challenge {
                    name: name.to_owned(),
                    kind: problem::kind(error),
                    detail: problem::detail(error),
                });
            }
        }
        None
    }
}

/// What is ordered.
pub(crate) struct Wish<'a> {
    pub(crate) name: &'a str,
    pub(crate) challenge: ChallengeKind,
    pub(crate) profile: Option<&'a str>,
    /// The certificate that the new one comes in place of, where the authority wants to know.
    pub(crate) replaces: Option<&'a CertificateDer<'static>>,
}

impl ChallengeKind {
    fn acme(self) -> ChallengeType {
        match self {
            Self::TlsAlpn01 => ChallengeType::TlsAlpn01,
            Self::Http01 => ChallengeType::Http01,
        }
    }
}

/// A new key, and the request for a certificate with it. A new one for each order: a key that is never used
/// again can be stolen for the life of one certificate only.
fn signing_request(name: &str) -> Result<(KeyPair, Vec<u8>), rcgen::Error> {
    let key = KeyPair::generate()?;
    let mut params = CertificateParams::new([name.to_owned()])?;
    params.distinguished_name = DistinguishedName::new();
    let request = params.serialize_request(&key)?;
    Ok((key, request.der().to_vec()))
}
