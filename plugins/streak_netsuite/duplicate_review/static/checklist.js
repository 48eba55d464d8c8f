// What the checklists of the page share: asking the host one thing after another, telling what came of it, and one plan that
// is looked at.
import { h } from "./review.js";

export class Checklist {
  /**
   * @param ask `ask(command, payload)`, which resolves to an answer or rejects with a message.
   * @param command what lists what there is to do.
   * @param vendor whom that asks.
   */
  constructor(root, ask, { command, vendor }) {
    this.root = root;
    this.askHost = ask;
    this.command = command;
    this.vendor = vendor;
    this.list = null;
    this.open = null; // the plan that is looked at
    this.asking = 0;
    this.wanted = false;
  }

  /** Show it with a title and what there is to say of it. */
  async begin(title, head) {
    this.root.classList.add("sd-review");
    this.voice = h("p", { class: "sd-voice", role: "status", "aria-live": "polite" });
    this.body = h("div", { class: `sd-${this.command}` });
    this.root.replaceChildren(
      h("h2", {}, title), h("p", { class: "sd-head" }, ...head), this.voice, this.body,
      h("div", { class: "sd-buttons" },
        h("button", { type: "button", class: "sd-button", "data-action": "again", onclick: () => this.load() }, "Look again")));
    await this.load();
  }

  /** Ask anew; what is wanted while the answer is awaited is asked once more afterwards. */
  async load() {
    if (this.asking) {
      this.wanted = true;
      return;
    }
    const found = await this.send(this.command, {}, this.list ? "" : `Asking ${this.vendor} …`);
    if (found) {
      this.list = found;
      if (this.voice.dataset.passing) this.tell("");
    }
    this.draw();
    if (this.wanted) {
      this.wanted = false;
      await this.load();
    }
  }

  /** Ask the host; null when it refuses, which is told. */
  async send(command, payload, meanwhile) {
    this.asking += 1;
    this.mark();
    if (meanwhile) this.tell(meanwhile, false, true);
    try {
      return await this.askHost(command, payload);
    } catch (error) {
      this.tell(error.message, true);
      return null;
    } finally {
      this.asking -= 1;
      this.mark();
    }
  }

  mark() {
    this.root.setAttribute("aria-busy", String(this.asking > 0));
    for (const one of this.root.querySelectorAll("button, select")) one.disabled = this.asking > 0;
  }

  tell(words, bad = false, passing = false) {
    this.voice.textContent = words;
    this.voice.classList.toggle("sd-bad", bad);
    if (passing) this.voice.dataset.passing = "yes";
    else delete this.voice.dataset.passing;
  }

  /** Ask for a plan, and show what `opened` makes of it; the keys are at a field of it, or at its beginning. */
  async plan(command, payload, meanwhile, opened, field = "") {
    const plan = await this.send(command, payload, meanwhile);
    if (!plan) return;
    this.tell("");
    this.open = opened(plan);
    this.draw();
    const shown = this.root.querySelector(".sd-plan");
    (shown?.querySelector(`[data-field="${field}"]`) ?? shown)?.focus({ preventScroll: true });
  }

  /** Have a plan carried out, and tell what became of it. */
  async carryOut(command, payload) {
    const done = await this.send(command, payload, `Writing to ${this.vendor} …`);
    if (!done) return;
    this.tell(done.told, done.bad);
    this.open = null;
    await this.load();
    this.voice.scrollIntoView({ block: "nearest" });
  }

  close() {
    this.open = null;
    this.draw();
  }
}
