import jsTokens from 'js-tokens'

const CLOSES_PARAMETERS = /(?:=>|\))\s*$/

/** The first of a word of the language in a module outside functions and classes, from 1. */
export function findTopLevel(
  word: 'await' | 'throw' | 'default',
  source: string,
): { line: number; column: number } | undefined {
  let at = 0
  /** For each open brace, whether it begins a function or a class. */
  const braces: boolean[] = []
  let head = ''
  for (const { type, value } of jsTokens(source)) {
    const start = at
    at += value.length
    if (type === 'WhiteSpace' || type === 'LineTerminatorSequence' || type.endsWith('Comment')) continue
    if (value === '{') braces.push(beginsFunction(head))
    else if (value === '}') braces.pop()
    else if (type === 'IdentifierName' && value === word && !braces.includes(true) && !/=>\s*$/.test(head)) {
      const before = source.slice(0, start)
      return { line: before.split('\n').length, column: start - (before.lastIndexOf('\n') + 1) + 1 }
    }
    head = /^[;{}]$/.test(value) ? '' : `${head} ${value}`.slice(-400)
  }
  return undefined
}

/** Whether the text before a brace is the head of a function or class, rather than of a block or an object. */
function beginsFunction(head: string): boolean {
  if (/=>\s*$/.test(head) || /\b(?:function|class)\b/.test(head)) return true
  // A method: `name ( … ) {`, but not `if`, `for`, `while`, `switch` or `catch`.
  return CLOSES_PARAMETERS.test(head) && !/\b(?:if|for|while|switch|catch|with)\b[^;]*$/.test(head)
}
