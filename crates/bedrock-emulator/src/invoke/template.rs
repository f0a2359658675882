//! Prompts in a chat template: who says what in them.

/// A mark and the role that speaks after it; `None` for what only frames a turn.
type Mark = (&'static str, Option<&'static str>);

/// The marks of the templates of Llama, Mistral, DeepSeek and ChatML. No prose has them.
pub(super) const SPECIAL: &[Mark] = &[
    ("<s>", None),
    ("</s>", None),
    ("[INST]", Some("user")),
    ("[/INST]", Some("assistant")),
    ("<<SYS>>", Some("system")),
    ("<</SYS>>", Some("user")),
    ("<|begin_of_text|>", None),
    ("<|start_header_id|>system<|end_header_id|>", Some("system")),
    ("<|start_header_id|>user<|end_header_id|>", Some("user")),
    ("<|start_header_id|>assistant<|end_header_id|>", Some("assistant")),
    ("<|eot_id|>", None),
    ("<|header_start|>system<|header_end|>", Some("system")),
    ("<|header_start|>user<|header_end|>", Some("user")),
    ("<|header_start|>assistant<|header_end|>", Some("assistant")),
    ("<|eot|>", None),
    ("<｜begin▁of▁sentence｜>", Some("system")),
    ("<｜User｜>", Some("user")),
    ("<｜Assistant｜>", Some("assistant")),
    ("<｜end▁of▁sentence｜>", None),
    ("<think>", None),
    ("<|im_start|>system", Some("system")),
    ("<|im_start|>user", Some("user")),
    ("<|im_start|>assistant", Some("assistant")),
    ("<|im_end|>", None),
];

/// The marks of Claude's text completions.
pub(super) const CLAUDE: &[Mark] = &[("\n\nHuman:", Some("user")), ("\n\nAssistant:", Some("assistant"))];

/// The marks that Titan's documentation shows.
pub(super) const TITAN: &[Mark] = &[("\nUser:", Some("user")), ("\nBot:", Some("assistant"))];

/// The turns of a prompt, blank ones left out. What comes before the first mark is `first`'s.
pub(super) fn turns(prompt: &str, marks: &[Mark], first: &'static str) -> Vec<(&'static str, String)> {
    let mut turns: Vec<(&'static str, String)> = Vec::new();
    let (mut role, mut rest) = (first, prompt);
    loop {
        let next = marks
            .iter()
            .filter_map(|(mark, speaker)| Some((rest.find(mark)?, mark.len(), speaker)))
            // Of marks at one place the longest.
            .min_by_key(|(at, length, _)| (*at, std::cmp::Reverse(*length)));
        let (text, after, speaker) = match next {
            Some((at, length, speaker)) => (rest.get(..at), rest.get(at + length..), *speaker),
            None => (Some(rest), None, None),
        };
        let text = text.unwrap_or_default().trim();
        if !text.is_empty() {
            turns.push((role, text.to_owned()));
        }
        let Some(after) = after else { return turns };
        role = speaker.unwrap_or(role);
        rest = after;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prompt_tells_who_says_what() {
        let expected = [("system", "S"), ("user", "U"), ("assistant", "A"), ("user", "V")];
        let expected = expected.map(|(role, text)| (role, text.to_owned()));
        let table: [(&[Mark], &str, &str); 6] = [
            (SPECIAL, "user", "<s>[INST] <<SYS>>\nS\n<</SYS>>\n\nU [/INST] A </s><s>[INST] V [/INST]"),
            (
                SPECIAL,
                "user",
                "<|begin_of_text|><|start_header_id|>system<|end_header_id|>\n\nS<|eot_id|><|start_header_id|>user<|end_header_id|>\n\nU<|eot_id|><|start_header_id|>assistant<|end_header_id|>\n\nA<|eot_id|><|start_header_id|>user<|end_header_id|>\n\nV<|eot_id|><|start_header_id|>assistant<|end_header_id|>\n\n",
            ),
            (
                SPECIAL,
                "user",
                "<｜begin▁of▁sentence｜>S<｜User｜>U<｜Assistant｜>A<｜end▁of▁sentence｜><｜User｜>V<｜Assistant｜><think>\n",
            ),
            (
                SPECIAL,
                "user",
                "<|im_start|>system\nS<|im_end|>\n<|im_start|>user\nU<|im_end|>\n<|im_start|>assistant\nA<|im_end|>\n<|im_start|>user\nV<|im_end|>\n<|im_start|>assistant\n",
            ),
            (CLAUDE, "system", "S\n\nHuman: U\n\nAssistant: A\n\nHuman: V\n\nAssistant:"),
            (TITAN, "system", "S\nUser: U\nBot: A\nUser: V\nBot: "),
        ];
        for (marks, first, prompt) in table {
            let first = if first == "user" { "user" } else { "system" };
            assert_eq!(turns(prompt, marks, first), expected, "{prompt}");
        }
        assert_eq!(turns("just text", SPECIAL, "user"), [("user", "just text".to_owned())]);
    }
}
