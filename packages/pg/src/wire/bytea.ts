/** Parses the text form of a bytea, in either format of `bytea_output` (PostgreSQL manual, 8.4): the prefix tells which. */
export function parseBytea(text: string): Buffer {
  return text.startsWith('\\x') ? Buffer.from(text.slice(2), 'hex') : parseEscaped(text)
}

/** `\\\\` is a backslash, `\\ooo` an octal byte, everything else literal. */
function parseEscaped(text: string): Buffer {
  const bytes = Buffer.alloc(text.length)
  let length = 0
  for (let at = 0; at < text.length; at++) {
    if (text[at] !== '\\') {
      bytes[length++] = text.charCodeAt(at)
    } else if (text[at + 1] === '\\') {
      bytes[length++] = 0x5c
      at++
    } else {
      bytes[length++] = Number.parseInt(text.slice(at + 1, at + 4), 8)
      at += 3
    }
  }
  return bytes.subarray(0, length)
}
