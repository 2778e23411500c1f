import type { ProblemIssue } from '@arlen/core'
import { type OptionTable, option, readOptions } from '@arlen/core/options'
import { type Attributes, attributes } from './attributes.ts'
import { escapeHtml, SafeString } from './escape.ts'

/** Options of {@link form}. */
export interface FormOptions {
  /** Put before the id of each field, so that two forms on a page differ. Default: nothing. */
  idPrefix?: string
}

const OPTIONS: OptionTable<FormOptions> = { idPrefix: option.string }

/** A choice: its value, which is its label too, or both. */
export type Choice = string | number | readonly [value: string | number, label: string]

/**
 * The fields of a form, filled with values and marked with what was wrong with them. Names may lead into the values:
 * `address.city`, `lines[0].quantity`. Errors are found by their path, a JSON Pointer whose first part (`/body`) is any.
 */
export class Form {
  readonly #values: unknown
  readonly #messages = new Map<string, string[]>()
  readonly #idPrefix: string

  constructor(values: unknown, errors: readonly ProblemIssue[], idPrefix: string) {
    this.#values = values
    this.#idPrefix = idPrefix
    for (const { path, message } of errors) {
      const field = path.replace(/^\/[^/]*/, '')
      this.#messages.set(field, [...(this.#messages.get(field) ?? []), message])
    }
  }

  /** What a field holds, or undefined. */
  value(name: string): unknown {
    let value = this.#values
    for (const part of partsOf(name)) {
      if (typeof value !== 'object' || value === null || !Object.hasOwn(value, part)) return undefined
      value = (value as Record<string, unknown>)[part]
    }
    return value
  }

  /** What is wrong with a field; with no name, what is wrong with the form as a whole. */
  errors(name = ''): readonly string[] {
    const pointer = partsOf(name).map(part => `/${part.replaceAll('~', '~0').replaceAll('/', '~1')}`)
    return this.#messages.get(pointer.join('')) ?? []
  }

  label(name: string, text: string, more: Attributes = {}): SafeString {
    return element('label', { for: this.#id(name), ...more }, escapeHtml(text))
  }

  /** Passwords and files are never filled in. */
  input(name: string, more: Attributes = {}): SafeString {
    const filled = more.type !== 'password' && more.type !== 'file'
    return element('input', {
      type: 'text',
      ...this.#common(name),
      value: filled ? textOf(this.value(name)) : null,
      ...more,
    })
  }

  hidden(name: string, value: unknown = this.value(name)): SafeString {
    return element('input', { type: 'hidden', name, value: textOf(value) })
  }

  textarea(name: string, more: Attributes = {}): SafeString {
    // HTML drops one line end right after the tag, so that the text may begin with one of its own.
    return element('textarea', { ...this.#common(name), ...more }, `\n${escapeHtml(textOf(this.value(name)))}`)
  }

  /** With `multiple`, the value is a list. */
  select(name: string, choices: Iterable<Choice>, more: Attributes = {}): SafeString {
    const chosen = listOf(this.value(name))
    const options = Array.from(choices, choice => {
      const [value, label] = typeof choice === 'object' ? choice : [choice, String(choice)]
      return element('option', { value, selected: chosen.includes(String(value)) }, escapeHtml(label)).value
    })
    return element('select', { ...this.#common(name), ...more }, options.join(''))
  }

  /** Checked where the field holds true, the box's value, or a list with it. */
  checkbox(name: string, more: Attributes = {}): SafeString {
    const held = this.value(name)
    const checked = held === true || listOf(held).includes(String(more.value ?? 'on'))
    return element('input', { type: 'checkbox', ...this.#common(name), checked, ...more })
  }

  radio(name: string, value: string | number, more: Attributes = {}): SafeString {
    const checked = listOf(this.value(name)).includes(String(value))
    const id = `${this.#id(name)}-${String(value).replace(/\W+/g, '-')}`
    return element('input', { type: 'radio', ...this.#common(name), id, value, checked, ...more })
  }

  /** A paragraph with what is wrong with a field, which it is announced with; nothing where nothing is. */
  message(name = '', more: Attributes = {}): SafeString {
    const errors = this.errors(name)
    if (errors.length === 0) return new SafeString('')
    return element('p', { id: this.#messageId(name), class: 'error', ...more }, escapeHtml(errors.join(' ')))
  }

  #common(name: string): Attributes {
    const wrong = this.errors(name).length > 0
    return {
      id: this.#id(name),
      name,
      ...(wrong && { 'aria-invalid': true, 'aria-describedby': this.#messageId(name) }),
    }
  }

  #id(name: string): string {
    return this.#idPrefix + partsOf(name).join('-')
  }

  #messageId(name: string): string {
    return `${this.#id(name) || 'form'}-error`
  }
}

/**
 * The fields of a form, to be registered as a helper:
 * `<% const f = form($values, $errors) %><%= f.label('email', 'E-mail') %><%= f.input('email') %><%= f.message('email') %>`.
 */
export function form(values?: unknown, errors: readonly ProblemIssue[] = [], options: FormOptions = {}): Form {
  const { idPrefix = '' } = readOptions('form()', options, OPTIONS)
  return new Form(values, errors, idPrefix)
}

function partsOf(name: string): string[] {
  return name.split(/[.[\]]+/).filter(part => part !== '')
}

function textOf(value: unknown): string {
  return value === null || value === undefined ? '' : String(value)
}

function listOf(value: unknown): string[] {
  return (Array.isArray(value) ? value : [value]).map(textOf)
}

function element(name: string, own: Attributes, content?: string): SafeString {
  const open = `<${name} ${attributes(own)}>`
  return new SafeString(content === undefined ? open : `${open}${content}</${name}>`)
}
