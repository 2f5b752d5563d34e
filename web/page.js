// The page: takes files or text, and lists what the checker says.
"use strict";

const state = { checker: null, lines: [], verdicts: [], total: 0, done: 0 };
const [line, progress, results, transcript] = ["status", "progress", "results", "transcript"].map(byId);

function count(verdict) {
  return state.verdicts.filter((v) => v === verdict).length;
}

function summary() {
  const counts = ["valid", "incomplete", "invalid"].map((verdict) => `${count(verdict)} ${verdict}`);
  return `${state.verdicts.length} files: ${counts.join(", ")}`;
}

function add(name, verdict, text, body, milliseconds) {
  state.verdicts.push(verdict);
  state.lines.push(`${name}: ${text}`);
  const details = el("details", { class: "file" });
  const time = milliseconds === undefined ? "" : `${(milliseconds / 1000).toFixed(2)} s`;
  details.append(el("summary", {}, badge(verdict), " ", el("span", { class: "name" }, name), " ", el("span", { class: "time" }, time)));
  // Of hundreds of files only those that are looked at are drawn.
  details.addEventListener("toggle", () => details.open && details.childElementCount === 1 && details.append(body()));
  details.open = state.total === 1 || verdict === "invalid";
  results.append(details);
}

function answer(message) {
  switch (message.kind) {
    case "total":
      state.total = message.count;
      progress.max = Math.max(1, message.count);
      break;
    case "judging":
      line.textContent = `${state.verdicts.length + 1} of ${state.total}: ${message.name}`;
      break;
    case "result":
      add(message.name, message.account.verdict, message.account.text, () => showAccount(message.account), message.milliseconds);
      break;
    case "failed":
      add(message.name, "incomplete", `Incomplete (${message.why})`, () => el("p", { class: "said" }, message.why));
      break;
    case "broken":
      finish(`The checker does not run in this browser: ${message.why}`);
      break;
    case "done":
      finish(`${summary()}, in ${((performance.now() - state.began) / 1000).toFixed(2)} s`);
      break;
  }
  progress.value = state.verdicts.length;
}

function finish(text) {
  line.textContent = text;
  if (state.verdicts.length !== 1) state.lines.push(summary());
  transcript.textContent = state.lines.join("\n");
  for (const id of ["stop", "progress"]) byId(id).hidden = true;
  byId("said").hidden = state.verdicts.length === 0;
  document.body.dataset.state = "done";
}

// The number of a run that was stopped is not waited for.
function run(files) {
  if (files.length === 0) return;
  state.checker?.stop();
  Object.assign(state, { lines: [], verdicts: [], total: 0, began: performance.now() });
  results.replaceChildren();
  for (const id of ["stop", "progress"]) byId(id).hidden = false;
  byId("said").hidden = true;
  document.body.dataset.state = "busy";
  line.textContent = "Starting the checker";
  state.checker = startChecker(answer);
  state.checker.check(files, byId("eliminate").checked);
}

const named = (list) => Array.from(list, (file) => ({ name: file.name, file }));

byId("files").addEventListener("change", (event) => {
  run(named(event.target.files));
  event.target.value = "";
});
// As `seprank-check FOLDER`: the *.json files in it, and what they may name, not those further below.
byId("folder").addEventListener("change", (event) => {
  const direct = Array.from(event.target.files).filter((file) => file.webkitRelativePath.split("/").length === 2);
  run(named(direct).filter(({ name }) => /\.(json|npy|sms|mtx|csv)$/i.test(name)));
  event.target.value = "";
});
byId("check").addEventListener("click", () => {
  const text = byId("text").value;
  if (text !== "") run([{ name: "pasted text", file: new Blob([text]) }]);
});
byId("stop").addEventListener("click", () => {
  state.checker.stop();
  finish(`Stopped. ${summary()}`);
});
for (const kind of ["dragover", "drop"]) {
  document.addEventListener(kind, (event) => {
    event.preventDefault();
    if (kind === "drop") run(named(event.dataTransfer.files));
  });
}

// A report beside this page may hand over certificates, as anybody may drop files here: what is said of them is the checker's.
if (window.opener) {
  addEventListener("message", ({ source, data }) => {
    if (source === window.opener && Array.isArray(data?.certificates)) {
      run(data.certificates.map(({ name, bytes }) => ({ name: String(name), file: new Blob([bytes]) })));
    }
  });
  window.opener.postMessage("certificates-ready", "*");
}
