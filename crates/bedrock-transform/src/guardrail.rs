//! What a guardrail's trace says that the guardrail did.
//!
//! <https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_GuardrailAssessment.html>

use crate::json_tree::Json;

/// Whether all that the guardrail did was to mask: what is left is an answer. AWS calls both an intervention.
pub(crate) fn only_masked(trace: &str) -> bool {
    let Ok(trace) = serde_json::from_str::<Json>(trace) else { return false };
    let mut actions = Vec::new();
    collect(&trace, &mut actions);
    actions.iter().any(|action| action == "ANONYMIZED")
        && actions.iter().all(|action| matches!(action.as_str(), "ANONYMIZED" | "NONE"))
}

/// The actions of every assessment, whatever its policy.
fn collect(value: &Json, actions: &mut Vec<String>) {
    match value {
        Json::Array(items) => items.iter().for_each(|item| collect(item, actions)),
        Json::Object(members) => {
            for (name, member) in members {
                match member.as_text() {
                    Some(action) if name == "action" => actions.push(action),
                    _ => collect(member, actions),
                }
            }
        }
        Json::Scalar(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mask_is_no_block_and_one_block_is_enough() {
        let pii =
            |action: &str| format!(r#"{{"sensitiveInformationPolicy":{{"piiEntities":[{{"action":"{action}"}}]}}}}"#);
        let regex =
            |action: &str| format!(r#"{{"sensitiveInformationPolicy":{{"regexes":[{{"action":"{action}"}}]}}}}"#);
        let topic =
            |action: &str| format!(r#"{{"topicPolicy":{{"topics":[{{"action":"{action}","name":"action"}}]}}}}"#);
        let word = |action: &str| format!(r#"{{"wordPolicy":{{"managedWordLists":[{{"action":"{action}"}}]}}}}"#);
        let ground =
            |action: &str| format!(r#"{{"contextualGroundingPolicy":{{"filters":[{{"action":"{action}"}}]}}}}"#);
        let filter = |action: &str| format!(r#"{{"contentPolicy":{{"filters":[{{"action":"{action}"}}]}}}}"#);
        const MASK: &str = "ANONYMIZED";
        for (input, output, masked) in [
            (pii(MASK), pii(MASK), true),
            (pii(MASK), regex(MASK), true),
            (pii("NONE"), regex(MASK), true),
            (pii("NONE"), filter("NONE"), false),
            (pii(MASK), pii("BLOCKED"), false),
            (pii("BLOCKED"), pii(MASK), false),
            (topic("BLOCKED"), pii(MASK), false),
            (pii(MASK), word("BLOCKED"), false),
            (pii(MASK), ground("BLOCKED"), false),
            (pii(MASK), ground("NONE"), true),
            (filter("BLOCKED"), pii("NONE"), false),
            (pii(MASK), filter("NEW_ACTION"), false),
        ] {
            let trace = format!(
                r#"{{"guardrail":{{"modelOutput":["action"],"inputAssessment":{{"gr":{input}}},"outputAssessments":{{"gr":[{output}]}}}}}}"#
            );
            assert_eq!(only_masked(&trace), masked, "{trace}");
        }
        assert!(!only_masked("{}") && !only_masked("no JSON"));
    }
}
