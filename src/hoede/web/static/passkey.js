// Makes or uses a passkey where a form asks for it. The only page script of the console.
// A form says with data-passkey whether to make or to use one, and where to begin and to finish.

const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (one) => one.charCodeAt(0));
const text = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
const named = (list) => (list ?? []).map((one) => ({ ...one, id: bytes(one.id) }));

async function ask(form, address, told) {
  const answer = await fetch(address, {
    method: "POST",
    headers: { "content-type": "application/json", "x-hoede-form": form.elements.form.value },
    body: JSON.stringify(told),
  });
  const said = await answer.json();
  if (said.go) location.assign(said.go);
  if (!answer.ok) throw Object.assign(new Error(said.code), { says: said.says });
  return said;
}

async function made(options) {
  const key = await navigator.credentials.create({
    publicKey: {
      ...options,
      challenge: bytes(options.challenge),
      user: { ...options.user, id: bytes(options.user.id) },
      excludeCredentials: named(options.excludeCredentials),
    },
  });
  const { clientDataJSON, attestationObject } = key.response;
  return { ...plain(key), response: { clientDataJSON: text(clientDataJSON), attestationObject: text(attestationObject) } };
}

async function used(options) {
  const key = await navigator.credentials.get({
    publicKey: { ...options, challenge: bytes(options.challenge), allowCredentials: named(options.allowCredentials) },
  });
  const { clientDataJSON, authenticatorData, signature, userHandle } = key.response;
  return {
    ...plain(key),
    response: {
      clientDataJSON: text(clientDataJSON),
      authenticatorData: text(authenticatorData),
      signature: text(signature),
      userHandle: userHandle ? text(userHandle) : null,
    },
  };
}

const plain = (key) => ({ id: key.id, rawId: text(key.rawId), type: key.type });

async function run(form) {
  const button = form.querySelector("button"), wrong = form.querySelector("[role=alert]");
  button.disabled = true;
  wrong.textContent = "";
  try {
    const options = await ask(form, form.dataset.begin, {});
    const answer = await (form.dataset.passkey === "make" ? made : used)(options);
    await ask(form, form.dataset.finish, { answer, to: form.dataset.to });
  } catch (error) {
    wrong.textContent = error.says ?? form.dataset.cancelled;
    button.disabled = false;
  }
}

for (const form of document.querySelectorAll("form[data-passkey]")) {
  form.querySelector("button").disabled = !window.PublicKeyCredential;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    run(form);
  });
}
