// The board as a page of its own: questions go to the server that the page came from.
import { mount } from "./board.js";

async function ask(command, payload) {
  let answer;
  try {
    answer = await fetch(`api/${command}`, {
      method: "POST",
      headers: { "Content-Type": "application/json", "X-Requested-With": "mapping-board" },
      body: JSON.stringify(payload),
    });
  } catch {
    throw new Error("Airflow does not answer; try again.");
  }
  if (answer.status === 401) throw new Error("You are not logged in any more; log in to Airflow, then try again.");
  if (answer.status === 403) throw new Error("You may not change the DAG deal_to_order, so you may not use the board; ask whoever runs Airflow.");
  const { result, error } = await answer.json().catch(() => ({ error: `The server answered with ${answer.status}.` }));
  if (error) throw new Error(error);
  return result;
}

mount(document.getElementById("board"), ask);
