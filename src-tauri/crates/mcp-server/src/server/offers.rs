//! What the server offers beside tools, behind rmcp's methods: each request is checked against the caller's scopes,
//! answered from the memory, and reported.

use std::future::Future;

use context::Context;
use rmcp::{
    ErrorData, RoleServer,
    model::{
        CacheScope, CompleteRequestParams, CompleteResult, GetPromptRequestParams, GetPromptResult,
        ListPromptsResult, ListResourceTemplatesResult, ListResourcesResult, PaginatedRequestParams,
        ReadResourceResult, SubscriptionFilter,
    },
    service::{RequestContext, SubscriptionContext},
};
use serde_json::json;

use super::{AmbientServer, LIST_LIFETIME_MS, explain, is_modern, missing_scopes, signature};
use crate::arguments::nearest;
use crate::completions::{self, CompletionError};
use crate::prompts::{self, Name};
use crate::resources::{self, Address, ListError};
use crate::scope::Needs;
use crate::subscriptions::{self, Ending, MOST_WATCHED};
use crate::tools::ToolError;
use crate::{Caller, Outcome};

/// How long a client may keep a page of `resources/list`: conversations come and go.
const RESOURCES_LIFETIME_MS: u64 = 10_000;

/// Marks a list for the modern era: how long it may be kept, by nobody else, and who made it.
macro_rules! sign {
    ($result:expr, $request:expr, $lifetime:expr) => {{
        let mut result = $result;
        if is_modern($request) {
            result = result.with_ttl_ms($lifetime).with_cache_scope(CacheScope::Private);
            result.meta = Some(signature());
        }
        result
    }};
}

impl AmbientServer {
    pub(super) async fn resources_page(
        &self,
        page: Option<PaginatedRequestParams>,
        request: &RequestContext<RoleServer>,
    ) -> Result<ListResourcesResult, ErrorData> {
        let caller = self.reader(request)?;
        let cursor = page.and_then(|page| page.cursor);
        let (found, next) = resources::list(&self.context, |needed| caller.may(needed), cursor)
            .await
            .map_err(|error| match error {
                ListError::Cursor(error) => ErrorData::invalid_params(error.to_string(), None),
                ListError::Store(error) => failed("resources/list", error),
            })?;
        let mut result = ListResourcesResult::with_all_items(found);
        result.next_cursor = next;
        Ok(sign!(result, request, RESOURCES_LIFETIME_MS))
    }

    pub(super) fn templates_page(
        page: Option<&PaginatedRequestParams>,
        request: &RequestContext<RoleServer>,
    ) -> Result<ListResourceTemplatesResult, ErrorData> {
        let caller = Caller::of(request)?;
        one_page("resources/templates/list", page)?;
        let found = resources::templates(|needed| caller.may(needed));
        Ok(sign!(ListResourceTemplatesResult::with_all_items(found), request, LIST_LIFETIME_MS))
    }

    pub(super) fn prompts_page(
        page: Option<&PaginatedRequestParams>,
        request: &RequestContext<RoleServer>,
    ) -> Result<ListPromptsResult, ErrorData> {
        let caller = Caller::of(request)?;
        one_page("prompts/list", page)?;
        let found = prompts::list(|needed| caller.may(needed));
        Ok(sign!(ListPromptsResult::with_all_items(found), request, LIST_LIFETIME_MS))
    }

    pub(super) async fn contents(
        &self,
        uri: &str,
        request: &RequestContext<RoleServer>,
    ) -> Result<ReadResourceResult, ErrorData> {
        let caller = self.reader(request)?;
        let address = self.address(uri, caller)?;
        let read = resources::read(&self.context, &address);
        let contents = self.reported(address.kind(), address.scopes(), caller, read).await?;
        // Memory changes with every turn: nothing of it may be kept.
        Ok(sign!(ReadResourceResult::new(vec![contents]), request, 0))
    }

    pub(super) async fn prompt(
        &self,
        asked: GetPromptRequestParams,
        request: &RequestContext<RoleServer>,
    ) -> Result<GetPromptResult, ErrorData> {
        let caller = self.reader(request)?;
        let Some(name) = Name::parse(&asked.name) else {
            let visible = Name::ALL.into_iter().filter(|name| caller.may(name.scopes()));
            let alike = nearest(&asked.name, visible.map(Name::as_str));
            let hint = alike.map(|alike| format!("; did you mean {alike}?")).unwrap_or_default();
            return Err(ErrorData::invalid_params(
                format!("unknown prompt{hint} prompts/list names all"),
                None,
            ));
        };
        self.admit(name.kind(), name.scopes(), caller)?;
        let get = prompts::get(&self.context, name, asked.arguments.unwrap_or_default());
        let mut result = self.reported(name.kind(), name.scopes(), caller, get).await?;
        if is_modern(request) {
            result.meta = Some(signature());
        }
        Ok(result)
    }

    pub(super) async fn completion(
        &self,
        asked: CompleteRequestParams,
        request: &RequestContext<RoleServer>,
    ) -> Result<CompleteResult, ErrorData> {
        let caller = self.reader(request)?;
        let may = |needed: &[&'static str]| caller.may(needed);
        let CompleteRequestParams { r#ref, argument, .. } = asked;
        completions::complete(&self.context, may, &r#ref, &argument.name, &argument.value)
            .await
            .map(CompleteResult::new)
            .map_err(|error| match error {
                CompletionError::Unknown(_) => ErrorData::invalid_params(error.to_string(), None),
                CompletionError::Store(error) => failed("completion/complete", error),
            })
    }

    /// `resources/subscribe` of the revisions before 2026-07-28.
    pub(super) async fn watch(
        &self,
        uri: &str,
        request: &RequestContext<RoleServer>,
    ) -> Result<(), ErrorData> {
        let caller = self.reader(request)?;
        let address = self.address(uri, caller)?;
        let there = is_there(&self.context, &address);
        self.reported("subscription", address.scopes(), caller, there).await?;
        self.watch
            .add(&self.context, address, &request.peer)
            .map_err(|error| ErrorData::invalid_params(error.to_string(), None))
    }

    pub(super) fn unwatch(&self, uri: &str, request: &RequestContext<RoleServer>) -> Result<(), ErrorData> {
        Caller::of(request)?;
        self.watch.remove(&Address::parse(uri).ok_or_else(|| unknown_resource(uri))?);
        Ok(())
    }

    /// Runs a `subscriptions/listen` until its client, its grant or the program ends.
    pub(super) async fn stream(&self, subscription: SubscriptionContext) -> Result<(), ErrorData> {
        let changes = self.context.changes();
        let request = subscription.request_context();
        let caller = self.reader(request)?;
        let uris = subscription.accepted().resource_subscriptions.clone().unwrap_or_default();
        let mut watched = Vec::new();
        for uri in &uris {
            // The gateway has answered 403 before; this is the second lock on the same door.
            watched.push(self.address(uri, caller)?);
        }
        let scopes = watched.first().map_or(&[][..], Address::scopes);
        self.reported("subscription", scopes, caller, std::future::ready(Ok(()))).await?;
        let ending = Ending::of(request);
        let ended = async {
            tokio::select! {
                () = subscription.cancelled() => {}
                () = ending.0.cancelled() => {}
            }
        };
        let tell = |uri: String| -> futures::future::BoxFuture<'static, bool> {
            let sink = subscription.sink().clone();
            Box::pin(async move { sink.notify_resource_updated(uri).await.is_ok() })
        };
        subscriptions::follow(&self.context, changes, || watched.clone(), tell, ended).await;
        Ok(())
    }

    /// The caller, as one who would be told something of what is stored: everything here that reads begins with it.
    fn reader<'a>(&self, request: &'a RequestContext<RoleServer>) -> Result<&'a Caller, ErrorData> {
        let caller = Caller::of(request)?;
        self.context
            .check_reading(&caller.author())
            .map_err(|kept_out| ErrorData::invalid_request(kept_out.to_string(), None))?;
        Ok(caller)
    }

    /// The address that the caller may read, or why not.
    fn address(&self, uri: &str, caller: &Caller) -> Result<Address, ErrorData> {
        let address = Address::parse(uri).ok_or_else(|| unknown_resource(uri))?;
        self.admit(address.kind(), address.scopes(), caller)?;
        Ok(address)
    }

    /// Refuses, and reports, what the caller's scopes do not allow.
    fn admit(
        &self,
        what: &'static str,
        scopes: &'static [&'static str],
        caller: &Caller,
    ) -> Result<(), ErrorData> {
        if caller.may(scopes) {
            return Ok(());
        }
        self.report(what, scopes, caller, Outcome::Refused, self.audit.elapsed());
        Err(missing_scopes(what, Needs::All(scopes), caller))
    }

    /// Does the work and reports how it ended.
    async fn reported<T>(
        &self,
        what: &'static str,
        scopes: &'static [&'static str],
        caller: &Caller,
        work: impl Future<Output = Result<T, ToolError>>,
    ) -> Result<T, ErrorData> {
        let began = self.audit.elapsed();
        match work.await {
            Ok(done) => {
                self.report(what, scopes, caller, Outcome::Answered, began);
                Ok(done)
            }
            Err(error) => {
                let (outcome, text) = explain(what, &error);
                self.report(what, scopes, caller, outcome, began);
                Err(match (outcome, &error) {
                    (_, ToolError::Absent(_)) => ErrorData::resource_not_found(text, None),
                    (Outcome::InputError | Outcome::Refused, _) => ErrorData::invalid_params(text, None),
                    _ => ErrorData::internal_error(text, None),
                })
            }
        }
    }
}

/// The part of a modern client's wishes that can be granted: addresses of ours, and no lists, whose changes are not
/// told.
pub(super) fn acceptable(requested: &SubscriptionFilter) -> SubscriptionFilter {
    let uris = requested.resource_subscriptions.iter().flatten();
    let ours = uris.filter(|uri| Address::parse(uri).is_some()).take(MOST_WATCHED);
    SubscriptionFilter::builder().resource_subscriptions(ours).build()
}

async fn is_there(context: &Context, address: &Address) -> Result<(), ToolError> {
    match address {
        Address::Context | Address::RecentInsights => {}
        Address::Conversation { id, .. } => drop(context.conversation(*id).await?),
        Address::Turn(id) => drop(context.turn(*id).await?),
    }
    Ok(())
}

fn one_page(method: &str, page: Option<&PaginatedRequestParams>) -> Result<(), ErrorData> {
    if page.is_some_and(|page| page.cursor.is_some()) {
        let text = format!("unknown cursor: {method} has one page, ask without one");
        return Err(ErrorData::invalid_params(text, None));
    }
    Ok(())
}

fn unknown_resource(uri: &str) -> ErrorData {
    let text = "there is no such resource; resources/list and resources/templates/list name all";
    ErrorData::resource_not_found(text, Some(json!({ "uri": uri })))
}

fn failed(what: &'static str, error: context::Error) -> ErrorData {
    ErrorData::internal_error(explain(what, &error.into()).1, None)
}
