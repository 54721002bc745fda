//! The ports that `mcp-server` asks for, filled by the rooms that it must not know.

use std::sync::Arc;

use authorization::{Authorization, Scope, ToolCallRecord, ToolOutcome};
use mcp_server::{AuditSink, Outcome, ToolCall};

/// Writes tool calls to the audit trail.
pub(crate) struct AuditTrail {
    authorization: Authorization,
}

impl AuditTrail {
    pub(crate) fn new(authorization: Authorization) -> Arc<Self> {
        Arc::new(Self { authorization })
    }
}

impl AuditSink for AuditTrail {
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
            took: None,
            arrival: None,
        });
    }
}
