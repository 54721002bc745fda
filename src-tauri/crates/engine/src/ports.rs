//! The ports that `mcp-server` asks for, filled by the rooms that it must not know.

use std::sync::Arc;
use std::time::Duration;

use authorization::{Authorization, Scope, ToolCallRecord, ToolOutcome};
use clock::Clock;
use mcp_server::{AuditSink, Outcome, ToolCall};

/// Writes tool calls to the audit trail.
pub(crate) struct AuditTrail {
    authorization: Authorization,
    clock: Arc<dyn Clock>,
}

impl AuditTrail {
    pub(crate) fn new(authorization: Authorization, clock: Arc<dyn Clock>) -> Arc<Self> {
        Arc::new(Self { authorization, clock })
    }
}

impl AuditSink for AuditTrail {
    fn elapsed(&self) -> Duration {
        self.clock.monotonic()
    }

    fn tool_called(&self, call: ToolCall<'_>) {
        self.authorization.record_tool_call(ToolCallRecord {
            client_id: call.caller.client_id.clone(),
            client_name: call.caller.client_name.clone(),
            grant_id: call.caller.principal.parse().ok(),
            tool: call.tool.to_owned(),
            scope: call.scopes.first().and_then(|scope| scope.parse::<Scope>().ok()),
            outcome: match call.outcome {
                Outcome::Answered => ToolOutcome::Answered,
                Outcome::InputError => ToolOutcome::InputError,
                Outcome::Failed => ToolOutcome::Failed,
                Outcome::Refused => ToolOutcome::Refused,
            },
            took: Some(call.took),
            arrival: Some(call.caller.arrival.parse().unwrap_or_else(|never| match never {})),
        });
    }
}
