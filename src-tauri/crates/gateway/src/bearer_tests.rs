use super::*;

#[test]
fn every_scope_that_a_tool_needs_is_one_that_the_owner_can_give() {
    for scope in mcp_server::DEFAULT_SCOPES {
        assert!(scope.parse::<Scope>().is_ok(), "{scope}");
    }
    let defaults: ScopeSet = mcp_server::DEFAULT_SCOPES.iter().map(|scope| scope.parse().unwrap()).collect();
    assert_eq!(defaults, ScopeSet::DEFAULT);
}
