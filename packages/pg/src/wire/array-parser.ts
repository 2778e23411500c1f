/** Parses the text form of an array (PostgreSQL manual, 8.15.6): nested, with NULLs and with explicit lower bounds. */
export function parseArray<T>(text: string, element: (text: string) => T): unknown[] {
  let at = text.indexOf('{') // preceded by bounds such as [0:2]=, which JavaScript cannot represent

  function list(): unknown[] {
    const items: unknown[] = []
    at++ // {
    while (text[at] !== '}') {
      if (text[at] === ',') at++
      else if (text[at] === '{') items.push(list())
      else items.push(text[at] === '"' ? element(quoted()) : bare())
    }
    at++
    return items
  }

  function quoted(): string {
    let out = ''
    let from = ++at
    for (; text[at] !== '"'; at++) {
      if (at >= text.length) throw new SyntaxError('array text without an end')
      if (text[at] !== '\\') continue
      out += text.slice(from, at)
      from = ++at
    }
    return out + text.slice(from, at++)
  }

  function bare(): T | null {
    const from = at
    while (text[at] !== ',' && text[at] !== '}') {
      if (at >= text.length) throw new SyntaxError('array text without an end')
      at++
    }
    const item = text.slice(from, at)
    return item === 'NULL' ? null : element(item)
  }

  return list()
}
