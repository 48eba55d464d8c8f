// The queues and the checklists as a page of their own: questions go to the server that the page came from.
import { mountMerges } from "./merges.js";
import { mountParties } from "./parties.js";
import { mount } from "./review.js";
import { mountTies } from "./ties.js";

async function ask(command, payload) {
  let answer;
  try {
    answer = await fetch(`api/${command}`, {
      method: "POST",
      headers: { "Content-Type": "application/json", "X-Requested-With": "duplicate-review" },
      body: JSON.stringify(payload),
    });
  } catch {
    throw new Error("Airflow does not answer; try again.");
  }
  if (answer.status === 401) throw new Error("You are not logged in any more; log in to Airflow, then try again.");
  if (answer.status === 403) throw new Error("You may not change the DAG find_duplicates, so you may not decide; ask whoever runs Airflow.");
  const { result, error } = await answer.json().catch(() => ({ error: `The server answered with ${answer.status}.` }));
  if (error) throw new Error(error);
  return result;
}

const links = {
  report: (id) => `runs/${id}/report`,
  sheet: (id) => `runs/${id}/sheet.csv`,
};
const queue = document.getElementById("review");
const merges = mountMerges(document.getElementById("merges"), ask);
const parties = mountParties(document.getElementById("parties"), ask);
// What is called the same is something to do.
queue.addEventListener("decided", ({ detail }) => (detail.among === "customers" ? merges() : parties()));
mount(queue, ask, links);
mountTies(document.getElementById("ties"), ask, links);
