import { type TemplateError, templateError } from '../../template-error.ts'
import { contextsOf } from '../context-reader.ts'
import type { Template } from '../parser.ts'
import { type Branch, type Flow, flowOf } from './flow.ts'
import { isComplete, JSON_START, type JsonState, splitState, step } from './machine.ts'

/** How often each loop repeats in the texts that are tried: one, two and no items show every missing and trailing comma. */
const REPEATS = [1, 2, 0] as const

/** An arm of a branch that has to be on the way: one without a text of its own stands for none of the others. */
interface Focus {
  readonly branch: Branch
  readonly arm: number
}

/** A state, and whether its text came through the arm in focus. */
type Path = `${'+' | '-'}${JsonState}`

interface Trial {
  readonly repeats: number
  readonly focus: Focus | undefined
  /** Where the paths that came farthest ended. */
  failure: { offset: number; state: JsonState } | undefined
}

/**
 * Checks that a template can print JSON (RFC 8259): with loops of no, one and two items, and through every arm of its branches. What
 * depends on more than that is left to a check of what it printed.
 *
 * @returns the mistake; undefined if there is none, or the template does more than can be followed
 */
export function findJsonMistake(template: Template, name: string): TemplateError | undefined {
  const contexts = contextsOf(template.nodes, 'json')
  const flow = flowOf(template, node => contexts.get(node)!)
  if (!flow) return undefined
  for (const repeats of REPEATS) {
    const trial: Trial = { repeats, focus: undefined, failure: undefined }
    if (!passes(flow, trial, template)) return mistake(template, name, trial)
  }
  for (const focus of armsOf(flow)) {
    const trials = REPEATS.map((repeats): Trial => ({ repeats, focus, failure: undefined }))
    if (!trials.some(trial => passes(flow, trial, template))) return mistake(template, name, trials[0]!)
  }
  return undefined
}

function* armsOf(flow: readonly Flow[]): Generator<Focus> {
  for (const part of flow) {
    if (part.kind === 'loop') yield* armsOf(part.body)
    if (part.kind !== 'branch') continue
    const arms = part.isTotal ? part.arms : [...part.arms, []]
    for (const [arm, body] of arms.entries()) {
      yield { branch: part, arm }
      yield* armsOf(body)
    }
  }
}

function passes(flow: readonly Flow[], trial: Trial, { source }: Template): boolean {
  const start: Path = `${trial.focus ? '-' : '+'}${JSON_START}`
  const ends = run(flow, new Set([start]), trial)
  const whole = [...ends].filter(path => isComplete(stateOf(path)) && path[0] === '+')
  const open = [...ends].find(path => !isComplete(stateOf(path)) && path[0] === '+')
  if (whole.length === 0 && open) fail(trial, open, source.text.length)
  return whole.length > 0
}

function run(flow: readonly Flow[], paths: ReadonlySet<Path>, trial: Trial): ReadonlySet<Path> {
  let now = paths
  for (const part of flow) {
    switch (part.kind) {
      case 'text':
        now = read(part, now, trial)
        break
      case 'value':
        now = advance(now, trial, part.offset, state => printed(state, part))
        break
      case 'branch':
        now = runBranch(part, now, trial)
        break
      case 'loop':
        for (let time = 0; time < Math.max(trial.repeats, part.runsOnce ? 1 : 0); time++)
          now = run(part.body, now, trial)
    }
  }
  return now
}

function runBranch(branch: Branch, paths: ReadonlySet<Path>, trial: Trial): ReadonlySet<Path> {
  const arms = branch.isTotal ? branch.arms : [...branch.arms, []]
  return new Set(
    arms.flatMap((body, arm) => {
      const isFocus = trial.focus?.branch === branch && trial.focus.arm === arm
      const entered = isFocus ? new Set([...paths].map((path): Path => `+${stateOf(path)}`)) : paths
      return [...run(body, entered, trial)]
    }),
  )
}

function read(part: { text: string; offset: number }, paths: ReadonlySet<Path>, trial: Trial): ReadonlySet<Path> {
  let now = paths
  for (let at = 0; at < part.text.length && now.size > 0; at++) {
    now = advance(now, trial, part.offset + at, state => step(state, part.text[at]!))
  }
  return now
}

function advance(
  paths: ReadonlySet<Path>,
  trial: Trial,
  offset: number,
  next: (state: JsonState) => JsonState | undefined,
): ReadonlySet<Path> {
  const then = new Set<Path>()
  for (const path of paths) {
    const state = next(stateOf(path))
    if (state) then.add(`${path[0] as '+' | '-'}${state}`)
    else if (path[0] === '+') fail(trial, path, offset)
  }
  return then
}

function printed(state: JsonState, { inString, isFragment }: Flow & { kind: 'value' }): JsonState | undefined {
  const { around, mode } = splitState(state)
  if (mode === 'string' || mode === 'key string') return inString ? state : undefined
  if (inString) return undefined
  if (mode === 'value' || mode === 'item or end') return `${around} comma or end`
  if (mode === 'key' || mode === 'key or end') return isFragment ? `${around} anything` : `${around} colon`
  return mode === 'anything' || isFragment ? `${around} anything` : undefined
}

function fail(trial: Trial, path: Path, offset: number): void {
  if (trial.failure && trial.failure.offset >= offset) return
  trial.failure = { offset, state: stateOf(path) }
}

function stateOf(path: Path): JsonState {
  return path.slice(1) as JsonState
}

function mistake(template: Template, name: string, { failure, repeats, focus }: Trial): TemplateError {
  const { offset, state } = failure ?? { offset: 0, state: JSON_START }
  const when =
    focus || repeats === 1 ? '' : repeats === 0 ? ' when a loop before it has no items' : ' when a loop repeats'
  const list = when && '; print the list as one value, <%= items.map(…) %>'
  return templateError('json_invalid', template.source, offset, {
    name,
    reason: `${expected(state)} is expected here${when}${list}`,
  })
}

function expected(state: JsonState): string {
  const { around, mode } = splitState(state)
  if (mode.startsWith('word')) return `"${mode.slice(5)}"`
  if (mode.startsWith('number') && !isComplete(` ${mode}`)) return 'a digit'
  if (/escape$|hex\d$/.test(mode)) return 'an escape such as \\n or \\u0020'
  return EXPECTED[mode] ?? afterValue(around)
}

const EXPECTED: Readonly<Record<string, string>> = {
  value: 'a value',
  'item or end': 'a value or "]"',
  'key or end': 'a name in quotes or "}"',
  key: 'a name in quotes',
  colon: '":"',
  string: 'the end of the string',
  'key string': 'the end of the name',
}

function afterValue(around: string): string {
  if (around === '') return 'the end of the template'
  return around.at(-1) === '{' ? '"," or "}"' : '"," or "]"'
}
