// Organizations and contacts in Streak that people called one, as a checklist: what links to them, looked up when asked for,
// and the button that lets that link to the one that stays.
// All it needs of its host is `ask(command, payload)`, which resolves to an answer or rejects with a message.
import { Checklist } from "./checklist.js";
import { brief, count, h } from "./review.js";

const TABLES = { organizations: "organization", contacts: "contact" };

const named = ({ id, name, reached }) => [
  h("strong", { class: "sd-name" }, h("bdi", {}, name || "without a name")), " ",
  h("span", { class: "sd-soft" }, h("bdi", {}, reached), reached ? " " : "", brief(id)),
];

class Parties extends Checklist {
  constructor(root, ask) {
    super(root, ask, { command: "parties", vendor: "Streak" });
  }

  start() {
    return this.begin("To make one in Streak", [
      "What people called one organization or one contact. Streak cannot merge them: their boxes link to the ",
      "one that stays when you confirm it, and the others are deleted in Streak, by a person."]);
  }

  look(among, record, survivor = "") {
    return this.plan("plan_relink", { among, record, survivor }, "Reading boxes and links in Streak …", (plan) => plan);
  }

  relink() {
    const { among, key, stays, boxes, contacts, organizations } = this.open;
    return this.carryOut("relink", { among, record: stays.id, survivor: stays.id, key, boxes, contacts, organizations });
  }

  // --- drawing ---------------------------------------------------------------------------------------

  draw() {
    if (!this.list) {
      this.body.replaceChildren();
      return;
    }
    const parts = Object.entries(TABLES).flatMap(([among, one]) => {
      const { sets, more, disputed } = this.list[among];
      return [
        ...sets.map((some) => this.drawSet(among, one, some)),
        more ? h("p", { class: "sd-soft" }, `${count(more, one, among)} more: streak-netsuite duplicates relink --among ${among}`) : "",
        ...disputed.map((ids) => h("p", { class: "sd-against" },
          `${ids.map(brief).join(", ")}: called one, and two of them told apart; decide again.`)),
      ].filter(Boolean);
    });
    this.body.replaceChildren(...(parts.length ? parts : [h("p", { class: "sd-nothing" }, "Nothing is to be made one.")]));
    this.mark();
  }

  drawSet(among, one, { records, said, blocked }) {
    const ids = records.map(({ id }) => id);
    const open = this.open && ids.includes(this.open.stays.id) ? this.open : null;
    const why = said.map(({ by, why: reason }) => `${by}${reason ? `: ${reason}` : ""}`).join("; ");
    return h("article", { class: "sd-merge", "data-among": among, "data-record": ids[0] },
      h("p", { class: "sd-line" }, h("span", { class: "sd-state sd-state-open" }, `one ${one}`)),
      ...records.map((record) => h("p", { class: "sd-line" }, ...named(record))),
      h("p", { class: "sd-line sd-soft" }, "said to be one by ", h("bdi", {}, why)),
      blocked && !open ? h("p", { class: "sd-line sd-against" }, `Not yet: ${blocked}`) : "",
      open ? this.drawPlan(open) : h("div", { class: "sd-buttons" },
        h("button", { type: "button", class: "sd-button", "data-action": "look", onclick: () => this.look(among, ids[0]) },
          "Look which boxes link to them")));
  }

  drawPlan({ among, key, blocked, stays, goes, boxes, writes, at_once: atOnce }) {
    const links = writes - boxes.length;
    const what = [boxes.length || !links ? count(boxes.length, "box", "boxes") : "", links ? count(links, "link", "links") : ""];
    return h("section", { class: "sd-plan", tabindex: "-1", "aria-label": "The plan" },
      h("p", { class: "sd-line" }, ...named(stays), " stays"),
      ...goes.map((other) => h("div", { class: "sd-goes" },
        h("p", { class: "sd-line" }, ...named(other), ` goes: ${count(other.count, "box links", "boxes link")} to it`),
        other.linked.length ? h("ul", {}, ...other.linked.map((name) => h("li", {}, h("bdi", {}, name))),
          other.more ? h("li", { class: "sd-soft" }, `and ${other.more.toLocaleString("en")} more`) : "") : "",
        other.links.length ? h("ul", {}, ...other.links.map((link) => h("li", {}, h("bdi", {}, link)))) : "",
        ...other.steps.map((step) => h("p", { class: "sd-line sd-soft" }, "by hand: ", h("bdi", {}, step))))),
      blocked ? h("p", { class: "sd-line sd-against" }, `Not yet: ${blocked}`) : "",
      key && writes > atOnce ? h("p", { class: "sd-line sd-soft" },
        `Up to ${atOnce} boxes and links are written while you wait, the others by the DAG follow_merges.`) : "",
      h("div", { class: "sd-buttons" },
        key ? h("button", { type: "button", class: "sd-button sd-same", "data-action": "relink", onclick: () => this.relink() },
          `Let ${what.filter(Boolean).join(" and ")} ${links ? "lead" : "link"} to `, h("bdi", {}, stays.name), " in Streak") : "",
        ...goes.map((other) => h("button", { type: "button", class: "sd-button", "data-action": "instead", "data-record": other.id,
          onclick: () => this.look(among, other.id, other.id) }, "Let ", h("bdi", {}, other.name || brief(other.id)), ` (${brief(other.id)}) stay instead`)),
        h("button", { type: "button", class: "sd-button", "data-action": "close", onclick: () => this.close() }, "Not now")));
  }
}

/** Show the checklist in an element; returns what asks Streak anew. */
export function mountParties(element, ask) {
  const parties = new Parties(element, ask);
  parties.start();
  return () => parties.load();
}
