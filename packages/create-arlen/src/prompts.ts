import type { Readable, Writable } from 'node:stream'
import { ArlenError } from '@arlen/core'
import { cancel, intro, isCancel, select, text } from '@clack/prompts'
import { checkName } from './app-name.ts'
import { createError } from './errors.ts'
import type { Flags } from './flags.ts'
import { dependenciesOf, TEMPLATES, type TemplateName } from './template.ts'

/** Where questions are asked. Default: this process's terminal. */
export interface Terminal {
  input?: Readable
  output?: Writable
  /** Leaves the questions when it aborts. */
  signal?: AbortSignal
}

export interface Answers {
  name: string
  template: TemplateName
}

/**
 * Asks for what the flags do not specify.
 *
 * @throws ArlenError `interrupted`
 */
export async function ask(flags: Pick<Flags, 'name' | 'template'>, terminal: Terminal = {}): Promise<Answers> {
  if (flags.name !== undefined && flags.template !== undefined) return { name: flags.name, template: flags.template }
  intro('Create an Arlen application', terminal)
  const name =
    flags.name ?? (await text({ message: 'What is it called?', ...DEFAULTS, ...terminal, validate: problemOf }))
  if (isCancel(name)) throw left(terminal)
  const template =
    flags.template ?? (await select({ message: 'What do you want to build?', options: CHOICES, ...terminal }))
  if (isCancel(template)) throw left(terminal)
  return { name, template }
}

const DEFAULTS = { placeholder: 'my-app', defaultValue: 'my-app' }
const CHOICES: { value: TemplateName; label: string; hint: string }[] = (Object.keys(TEMPLATES) as TemplateName[]).map(
  value => ({
    value,
    label: value,
    hint: TEMPLATES[value],
  }),
)

function left(terminal: Terminal): Error {
  cancel('Nothing was created.', terminal)
  return createError('interrupted')
}

/** It may be a path; its last part is the name, which `create()` checks. */
function problemOf(value: string | undefined): string | undefined {
  if (!value || value.includes('/')) return undefined
  try {
    checkName(value, dependenciesOf('full'))
    return undefined
  } catch (error) {
    return error instanceof ArlenError ? error.message : String(error)
  }
}
