// Says that somebody uses this page: when they begin, every half a minute, and when they look away.
// Nothing else is told, least of all what they look at. A page nobody touched for a while is not used.
const EVERY_MS = 30000, IDLE_MS = 300000
let beating = null, touched = Date.now()

function kept(name, made) {
  try {
    localStorage[name] ??= made()
    return localStorage[name]
  } catch {
    return made()
  }
}

const drawn = () => Array.from(crypto.getRandomValues(new Uint8Array(16)), (one) => one.toString(16).padStart(2, "0")).join("")
const device = kept("plein-device", drawn)
let last = 0

function next() {
  last = 1 + Math.max(last, Number(kept("plein-seq", () => "0")))
  try { localStorage["plein-seq"] = last } catch { /* then this page counts for itself */ }
  return last
}

function say(mark) {
  const body = new URLSearchParams({ device, seq: next(), mark })
  fetch("/beat", { method: "POST", body, keepalive: true })
    .then((answer) => answer.ok && answer.json())
    .then((told) => { if (told && told.pause) location.assign("/pause") })
    .catch(() => {})
}

function begin() {
  if (beating !== null) return
  say("begin")
  beating = setInterval(() => (Date.now() - touched > IDLE_MS ? end() : say("on")), EVERY_MS)
}

function end() {
  if (beating === null) return
  clearInterval(beating)
  beating = null
  say("end")
}

for (const what of ["pointerdown", "keydown", "scroll"]) {
  addEventListener(what, () => { touched = Date.now(); begin() }, { passive: true })
}
document.addEventListener("visibilitychange", () => (document.hidden ? end() : begin()))
addEventListener("pagehide", end)
if (!document.hidden) begin()
