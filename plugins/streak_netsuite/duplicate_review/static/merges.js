// What people called one customer, as a checklist: what to merge in NetSuite, the plan of one merge, and the button that
// writes the values that the customer that stays takes over.
// All it needs of its host is `ask(command, payload)`, which resolves to an answer or rejects with a message.
import { Checklist } from "./checklist.js";
import { count, h } from "./review.js";

const STATES = {
  open: "fill its values, then merge in NetSuite",
  filled: "merge in NetSuite",
  seen: "merged",
};
const LABELS = { email: "e-mail", phone: "phone", registration_number: "VAT number" };

/** A name of anybody's: text of any script that turns nothing around it. */
const named = (text) => h("bdi", {}, text);

function record({ id, number, name, inactive, money }) {
  return [
    h("strong", { class: "sd-name" }, named(name || "without a name")), " ",
    h("span", { class: "sd-soft" }, ["customer", number ? `${number} (id ${id})` : `id ${id}`, inactive && "(inactive)", ...money.map((one) => `· ${one}`)]
      .filter(Boolean).join(" ")),
  ];
}

class Merges extends Checklist {
  constructor(root, ask) {
    super(root, ask, { command: "merges", vendor: "NetSuite" });
  }

  start() {
    return this.begin("To merge in NetSuite", [
      "What people called one customer. Nothing is merged from here: ",
      h("em", {}, "Lists, Mass Update, Mass Duplicate Record Merge"), " in NetSuite does. What it has done is seen within the hour."]);
  }

  /** Look at a plan; whoever chose the value of a field chooses on from there. */
  look(customer, chosen = {}, field = "") {
    return this.plan("plan_merge", { customer, chosen }, "Asking NetSuite …", (plan) => ({ customer, chosen, plan }), field);
  }

  fill() {
    const { customer, chosen, plan } = this.open;
    return this.carryOut("fill", { customer, chosen, key: plan.key });
  }

  // --- drawing ---------------------------------------------------------------------------------------

  draw() {
    if (!this.list) {
      this.body.replaceChildren();
      return;
    }
    const { merges, more, disputed } = this.list;
    const waiting = merges.filter((one) => one.state !== "seen");
    const seen = merges.filter((one) => one.state === "seen");
    this.body.replaceChildren(
      ...(waiting.length ? waiting.map((one) => this.drawMerge(one)) : [h("p", { class: "sd-nothing" }, "Nothing is to be merged.")]),
      more ? h("p", { class: "sd-soft" }, `${count(more, "merge", "merges")} more: streak-netsuite duplicates merges`) : "",
      ...disputed.map((ids) => h("p", { class: "sd-against" },
        `${ids.join(", ")}: called one, and two of them told apart; decide again.`)),
      seen.length ? h("details", { class: "sd-seen" },
        h("summary", {}, `${count(seen.length, "merge", "merges")} seen`),
        h("ul", {}, ...seen.map((one) => this.drawSeen(one)))) : "");
    this.mark();
  }

  drawSeen({ stays, gone }) {
    const went = gone.flatMap(({ id, name }, at) => [at ? ", " : "", name ? named(name) : "", ` (id ${id})`]);
    return h("li", {}, ...went, " went into ", ...record(stays));
  }

  drawMerge(one) {
    const ids = [one.stays, ...one.goes].map(({ id }) => id);
    const open = this.open && ids.includes(this.open.customer) ? this.open : null;
    const said = one.said.map(({ by, why }) => `${by}${why ? `: ${why}` : ""}`).join("; ");
    return h("article", { class: "sd-merge", "data-customer": one.stays.id, "data-state": one.state },
      h("p", { class: "sd-line" }, h("span", { class: `sd-state sd-state-${one.state}` }, STATES[one.state])),
      h("p", { class: "sd-line" }, ...record(one.stays), " stays"),
      ...one.goes.map((other) => h("div", { class: "sd-goes" },
        h("p", { class: "sd-line" }, ...record(other), " goes into it"),
        h("p", { class: "sd-line sd-soft" }, "moves ", named(other.moves.join("; "))),
        other.address ? h("p", { class: "sd-line sd-soft" }, "its address is another: ", named(other.address),
          "; keep it in the address book if it is in use") : "")),
      h("p", { class: "sd-line sd-soft" }, "said to be one by ", named(said)),
      open ? this.drawPlan(open) : h("div", { class: "sd-buttons" },
        h("button", { type: "button", class: "sd-button", "data-action": "look", onclick: () => this.look(one.stays.id) },
          one.state === "open" ? "Look at the values it takes over" : "Look at its values")));
  }

  drawPlan({ customer, chosen, plan }) {
    const rows = plan.fields.map(({ name, now, new: after, of, choices }) => {
      const pick = h("select", { class: "sd-pick", "data-field": name, "aria-label": `Whose ${LABELS[name]}?`,
        onchange: (event) => this.look(customer, { ...chosen, [name]: event.target.value }, name) },
        ...choices.map(({ id, value }) => h("option", { value: id, selected: id === of }, `of ${id}: ${value}`)));
      return h("tr", { class: now === after ? null : "sd-differs" },
        h("th", { scope: "row" }, LABELS[name]), h("td", { dir: "auto" }, now || "—"), h("td", { dir: "auto" }, after || "—"),
        h("td", {}, choices.length > 1 ? pick : ""));
    });
    const others = plan.goes.map(({ id, name }) => h("button", { type: "button", class: "sd-button", onclick: () => this.look(id) },
      "Let ", named(name || id), ` (${id}) stay instead`));
    return h("section", { class: "sd-plan", tabindex: "-1", "aria-label": "The plan" },
      h("p", { class: "sd-line" }, "Before the merge, ", ...record(plan.stays), plan.key ? " is given:" : " lacks nothing that the others have:"),
      h("div", { class: "sd-wide" }, h("table", { class: "sd-table" },
        h("thead", {}, h("tr", {}, ...["field", "now", "after", "whose"].map((one) => h("th", { scope: "col" }, one)))),
        h("tbody", {}, ...rows))),
      h("div", { class: "sd-buttons" },
        plan.key ? h("button", { type: "button", class: "sd-button sd-same", "data-action": "fill", onclick: () => this.fill() },
          `Write to customer ${plan.stays.id} in NetSuite`) : "",
        ...others,
        h("button", { type: "button", class: "sd-button", "data-action": "close", onclick: () => this.close() }, "Not now")));
  }
}

/** Show the checklist in an element; returns what asks NetSuite anew. */
export function mountMerges(element, ask) {
  const merges = new Merges(element, ask);
  merges.start();
  return () => merges.load();
}
