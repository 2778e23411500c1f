import type { ProblemIssue } from '@arlen/core'
import { type OptionTable, option, readOptions } from '@arlen/core/options'
import { type Attributes, attributes } from './attributes.ts'
import { escapeHtml, SafeString } from './escape.ts'

/** Options of {@link form}. */
export interface FormOptions {
  /** Prefix of the ids of fields, for pages with several forms. Default: none. */
  idPrefix?: string
}

const OPTIONS: OptionTable<FormOptions> = { idPrefix: option.string }

/** A choice: value and label, or one for both. */
export type Choice = string | number | readonly [value: string | number, label: string]

/**
 * The fields of a form, with their values and errors. Names can address nested values: `address.city`, `lines[0].quantity`. Errors
 * are matched by their path, a JSON Pointer whose first part (`/body`) is ignored.
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

  /** The value of a field, or undefined. */
  value(name: string): unknown {
    let value = this.#values
    for (const part of partsOf(name)) {
      if (typeof value !== 'object' || value === null || !Object.hasOwn(value, part)) return undefined
      value = (value as Record<string, unknown>)[part]
    }
    return value
  }

  /** The errors of a field; without a name, those of the form as a whole. */
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
    // HTML ignores a line break right after the tag: without this one, it would ignore the first one of the text.
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

  /** Checked if the field's value is true, the box's value, or a list that contains it. */
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

  /** A paragraph with the errors of a field, linked to it for screen readers; nothing if there are none. */
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
 * Creates the fields of a form. Register it as a helper:
 * `<% const f = form($values, $errors) %><%= f.label('email', 'E-mail') %><%= f.input('email') %><%= f.message('email') %>`.
 *
 * @throws ArlenError `option_unknown`, `option_invalid`
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
