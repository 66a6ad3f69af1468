import type { ConcealedValues } from "./concealed-values.ts";
import type { ConfigNode, ScalarNode } from "./document.ts";
import { hasPrivateKey } from "./mask-secrets.ts";
import { hiddenValue, isSecretName } from "./secret-names.ts";

/** Shorter ones, which a message may say for another reason, are hidden at their own place only. */
const shortestConcealed = 8;

/** Finds the private keys of a file, and what it has below keys that are called like secrets: no message is to show them. */
export function markSecrets(node: ConfigNode, concealed: ConcealedValues): void {
  if (node.type === "array") for (const item of node.items) markSecrets(item, concealed);
  if (node.type === "scalar" && typeof node.value === "string" && hasPrivateKey(node.value))
    hideSecret(node, concealed);
  if (node.type !== "table") return;
  for (const [key, { value }] of node.entries)
    if (isSecretName(key)) hideSecret(value, concealed);
    else markSecrets(value, concealed);
}

/** The same for one value, whatever its key is called. */
export function hideSecret(node: ConfigNode, concealed?: ConcealedValues): void {
  if (node.type === "array") for (const item of node.items) hideSecret(item, concealed);
  else if (node.type === "table") for (const { value } of node.entries.values()) hideSecret(value, concealed);
  else if (!isReference(node)) {
    node.isSecret = true;
    node.span.source.hide(node.span);
    if (typeof node.value === "string" && node.value.length >= shortestConcealed)
      concealed?.add(node.value, hiddenValue);
  }
}

/** It says where the secret is; a default would say what it is. */
const isReference = ({ reference }: ScalarNode): boolean =>
  reference?.isWhole === true && !reference.written.includes(":-");
