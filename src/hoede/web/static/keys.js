// Letters for who judges by keyboard: 1-9 choose an outcome, while nothing is being typed. Only helps.
const form = document.querySelector("form[data-keys]");

function types(where) {
  return where.closest("textarea, select, input:not([type=radio])") !== null;
}

document.addEventListener("keydown", (press) => {
  if (!form || press.ctrlKey || press.altKey || press.metaKey || types(press.target)) return;
  if (!/^[1-9]$/.test(press.key)) return;
  const choice = form.querySelectorAll("input[name=outcome]")[Number(press.key) - 1];
  if (!choice) return;
  choice.checked = true;
  choice.focus();
  press.preventDefault();
});
