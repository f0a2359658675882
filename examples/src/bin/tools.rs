//! A tool loop: the model calls, we answer, the model concludes.
#![expect(clippy::print_stdout, reason = "an example talks to its reader")]

use facade::types::{AssistantMessage, Function, RawJson, Tool};
use facade::{ChatRequest, Client};
use serde::Deserialize;

#[derive(Deserialize)]
struct Arguments {
    city: String,
}

fn weather(city: &str) -> String {
    format!("It is 18 °C and cloudy in {city}.")
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let client = Client::from_env().await?;
    let schema = r#"{"type":"object","properties":{"city":{"type":"string"}},"required":["city"]}"#;
    let function =
        Function::new("get_weather").description("The weather in a city").parameters(RawJson::parse(schema)?);
    let mut request = ChatRequest::new("bedrock/us.amazon.nova-pro-v1:0")
        .user("What is the weather in Paris and in Oslo?")
        .tool(Tool::function(function));
    loop {
        let reply = client.chat(&request).await?;
        let Some(choice) = reply.value.choices.into_iter().next() else { break };
        let message = choice.message;
        println!("{}", message.content.as_deref().unwrap_or_default());
        if message.tool_calls.is_empty() {
            break;
        }
        let mut said = AssistantMessage::new(message.content.unwrap_or_default());
        let mut results = Vec::new();
        for call in message.tool_calls {
            let arguments: Arguments = serde_json::from_str(&call.function.arguments)?;
            println!("{}({})", call.function.name, call.function.arguments);
            results.push((call.id.clone(), weather(&arguments.city)));
            said = said.tool_call(call);
        }
        request = request.message(said);
        for (id, result) in results {
            request = request.tool_result(id, result);
        }
    }
    Ok(())
}
