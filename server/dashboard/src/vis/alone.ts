// What the policy of the frame leaves open is shut before a snippet runs. A peer connection goes to other
// machines past every policy, and a document inside the frame would have one of its own.

const { apply } = Reflect;
const { remove } = Element.prototype;
const lengthOf = Object.getOwnPropertyDescriptor(HTMLCollection.prototype, "length")?.get;

/** Takes every inner frame away before it loads; a snippet cannot change by what. */
function refuseFrames(): void {
  const frames = document.getElementsByTagNameNS("*", "iframe");
  const refuse = () => {
    while (lengthOf && apply(lengthOf, frames, []) > 0) apply(remove, frames[0], []);
  };
  new MutationObserver(refuse).observe(document, { childList: true, subtree: true });
}

export function shut(): void {
  for (const name of ["RTCPeerConnection", "webkitRTCPeerConnection"]) Reflect.deleteProperty(window, name);
  // In a shadow tree, or in a document that is written anew, frames would not be seen.
  for (const owner of [Element.prototype, ShadowRoot.prototype]) for (const name of ["attachShadow", "setHTMLUnsafe"]) Reflect.deleteProperty(owner, name);
  for (const name of ["open", "write", "writeln"]) Reflect.deleteProperty(Document.prototype, name);
  Reflect.deleteProperty(Document, "parseHTMLUnsafe");
  refuseFrames();
}
