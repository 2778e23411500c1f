/** The functions of every template. In generated code they are methods of the view. */
export const BUILTINS: ReadonlySet<string> = new Set([
  'block',
  'capture',
  'content',
  'contentFor',
  'flush',
  'hasContent',
  'include',
  'includeEach',
  'jsonScript',
  'layout',
  'raw',
])

/** The objects of every template: its locals, all registered helpers, and the slots that its header declares. */
export const OBJECTS: ReadonlySet<string> = new Set(['helpers', 'locals', 'slots'])

/** Keywords, which cannot be names of helpers. */
export const KEYWORDS: ReadonlySet<string> = new Set(
  (
    'arguments as async await break case catch class const continue debugger default delete do else enum export extends ' +
    'false finally for function if import in instanceof let new null of return satisfies super switch this throw true ' +
    'try typeof undefined var void while with yield'
  ).split(' '),
)

const globals = new Map<string, boolean>()

/** Whether a name is a global. What a program adds to `globalThis` after the first call does not count. */
export function isGlobal(name: string): boolean {
  let known = globals.get(name)
  if (known === undefined) {
    known = name in globalThis
    globals.set(name, known)
  }
  return known
}

const IDENTIFIER = /^[\p{ID_Start}_][\p{ID_Continue}]*$/u

/** Why a name cannot be a helper's; undefined if it can. */
export function helperNameProblem(name: string): string | undefined {
  if (!IDENTIFIER.test(name)) return 'it is not an identifier'
  if (KEYWORDS.has(name)) return 'it is a keyword'
  if (BUILTINS.has(name) || OBJECTS.has(name)) return 'every template already has it'
  return isGlobal(name) ? 'it would hide a global of Node.js' : undefined
}
