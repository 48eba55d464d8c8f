// Organizations in Streak that look like customers in NetSuite: tied, so that their deals go there, or told apart.
// All it needs of its host is `ask(command, payload)`, which resolves to an answer or rejects with a message.
import { brief, count, drawEvidence, drawLinks, h, percent } from "./review.js";

class Ties {
  constructor(root, ask, links) {
    this.root = root;
    this.askHost = ask;
    this.links = links;
    this.busy = false;
  }

  async start() {
    this.root.classList.add("sd-review");
    this.head = h("p", { class: "sd-head" });
    this.voice = h("p", { class: "sd-voice", role: "status", "aria-live": "polite" });
    this.body = h("div", { class: "sd-ties" });
    this.root.replaceChildren(
      h("h2", {}, "Organizations that are customers"), this.head, this.voice, this.body,
      h("div", { class: "sd-buttons" },
        h("button", { type: "button", class: "sd-button", "data-action": "again", onclick: () => this.send("ties", {}) }, "Look again")));
    this.tell("Reading what waits …");
    await this.send("ties", {});
  }

  async send(command, payload, told = "") {
    if (this.busy) return;
    this.mark(true);
    try {
      this.state = await this.askHost(command, payload);
      this.tell(told);
      this.draw();
    } catch (error) {
      this.tell(error.message, true);
      await this.lookAgain();
    } finally {
      this.mark(false);
    }
  }

  /** Show what waits as it is after a refusal, which stays told: somebody may have been faster. */
  async lookAgain() {
    try {
      this.state = await this.askHost("ties", {});
      this.draw();
    } catch {
      // The host does not answer; what it said first is told.
    }
  }

  mark(busy) {
    this.busy = busy;
    this.root.setAttribute("aria-busy", String(busy));
    for (const one of this.root.querySelectorAll("button")) one.disabled = busy;
  }

  tell(words, bad = false) {
    this.voice.textContent = words;
    this.voice.classList.toggle("sd-bad", bad);
  }

  draw() {
    const { run, waiting, links } = this.state;
    this.head.replaceChildren(
      "A tie lets all deals of an organization go to that customer. ",
      run === null ? "Nobody has looked for them yet: the DAG find_duplicates does, or streak-netsuite duplicates link." : `${count(waiting, "waits", "wait")}. `,
      ...(run === null ? [] : drawLinks(this.links, run)));
    this.body.replaceChildren(...links.map((one) => this.drawLink(one)));
  }

  drawLink(one) {
    const { left: organization, right: customer, probability } = one;
    const reason = h("input", { class: "sd-reason", type: "text", maxlength: "2000", placeholder: "Why? (optional, kept in the audit)", "aria-label": "Reason" });
    const decide = (command, told) => this.send(command, { organization, customer, reason: reason.value }, told);
    return h("article", { class: "sd-merge", "data-organization": organization, "data-customer": customer },
      h("p", { class: "sd-chance" }, "The evidence says ", h("strong", {}, percent(probability)), "."),
      ...drawEvidence(one, `organization ${brief(organization)} in Streak`, `customer ${customer} in NetSuite`),
      reason,
      h("div", { class: "sd-buttons" },
        h("button", { type: "button", class: "sd-button sd-same", "data-action": "tie",
          onclick: () => decide("tie", `Organization ${brief(organization)} is customer ${customer}.`) }, "Tie them"),
        h("button", { type: "button", class: "sd-button sd-different", "data-action": "apart",
          onclick: () => decide("apart", `Organization ${brief(organization)} is not customer ${customer}.`) }, "Different")));
  }
}

/** Show the ties in an element. */
export function mountTies(element, ask, links) {
  new Ties(element, ask, links).start();
}
