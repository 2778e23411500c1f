import type { Element } from 'domhandler'
import { testingError } from '../errors.ts'
import { type MultipartFields, multipartBody, type OutgoingBody, rawBody, type UploadedFile } from '../request/body.ts'
import { chosenFiles, controlType, isDisabled, optionsOf, optionValue } from './controls.ts'
import type { PageElement } from './page-element.ts'

/** One entry of a submitted form. */
export type FormEntry = [name: string, value: string | UploadedFile | Blob]

/** What a browser would do with a form. */
export interface Submission {
  method: 'GET' | 'POST'
  /** Absolute address. */
  url: URL
  body: OutgoingBody | Promise<OutgoingBody> | undefined
}

const CONTROLS = 'input, select, textarea, button'

/** The controls of a form in the order of the page: those inside it, and those that refer to it with `form=`. */
export function controlsOf(form: PageElement, page: PageElement): Element[] {
  const id = form.getAttribute('id')
  return page
    .querySelectorAll(CONTROLS)
    .filter(control => {
      const owner = control.getAttribute('form')
      return owner === null ? control.closest('form')?.node === form.node : id !== null && owner === id
    })
    .map(control => control.node as Element)
}

export function isSubmitButton(control: Element): boolean {
  const type = controlType(control)
  if (type === 'button' && control.name === 'button')
    return !/^(?:button|reset)$/i.test(control.attribs.type ?? 'submit')
  return type === 'submit' || type === 'image'
}

/** The entries of a submitted form (HTML standard, "constructing the entry list"). */
function entryList(controls: readonly Element[], submitter: Element | undefined): FormEntry[] {
  const entries: FormEntry[] = []
  for (const control of controls) {
    if (isDisabled(control) || isInDatalist(control)) continue
    const type = controlType(control)
    const { name, value } = control.attribs
    if (type === 'image' && control === submitter) {
      const prefix = name ? `${name}.` : ''
      entries.push([`${prefix}x`, '0'], [`${prefix}y`, '0'])
    }
    if (!name || type === 'image' || type === 'reset') continue
    if (type === 'button' || type === 'submit') {
      if (control === submitter) entries.push([name, value ?? ''])
    } else if (type === 'checkbox' || type === 'radio') {
      if ('checked' in control.attribs) entries.push([name, value ?? 'on'])
    } else if (type === 'select') {
      for (const option of selected(control)) entries.push([name, optionValue(option)])
    } else if (type === 'file') {
      const files = chosenFiles(control)
      for (const file of files.length > 0 ? files : [EMPTY_FILE]) entries.push([name, file])
    } else if (type === 'hidden' && name.toLowerCase() === '_charset_') entries.push([name, 'UTF-8'])
    else entries.push([name, lineBreaks(type === 'textarea' ? textOf(control) : (value ?? ''))])
  }
  return entries
}

const EMPTY_FILE: UploadedFile = { filename: '', content: '' }

function isInDatalist(control: Element): boolean {
  for (let at = control.parent as Element | null; at; at = at.parent as Element | null)
    if (at.name === 'datalist') return true
  return false
}

/** A drop-down list always has a choice: the first option, if none is selected. */
function selected(select: Element): Element[] {
  const options = optionsOf(select)
  const marked = options.filter(option => 'selected' in option.attribs)
  const several = 'multiple' in select.attribs
  const shown = several ? marked : marked.slice(-1)
  const isList = several || Number(select.attribs.size ?? 1) > 1
  const first = shown.length === 0 && !isList ? options.find(option => !isDisabled(option)) : undefined
  return (first ? [first] : shown).filter(option => !isDisabled(option))
}

function textOf(textarea: Element): string {
  return textarea.children.map(child => ('data' in child ? child.data : '')).join('')
}

function lineBreaks(text: string): string {
  return text.replace(/\r\n?|\n/g, '\r\n')
}

/** Where and how the form is sent (HTML standard, "form submission algorithm"). */
export function submission(
  form: PageElement,
  page: PageElement,
  base: URL,
  submitter: Element | undefined,
): Submission {
  const own = (name: string) => submitter?.attribs[`form${name}`] ?? form.getAttribute(name) ?? undefined
  const action = new URL(own('action') || base.href, base)
  const entries = entryList(controlsOf(form, page), submitter)
  const method = own('method')?.trim().toLowerCase()
  if (method === 'dialog')
    throw testingError('element_unfit', { selector: 'the form', problem: 'closes a dialog and sends nothing.' })
  if (method !== 'post') {
    action.search = new URLSearchParams(entries.map(([name, value]) => [name, asText(value)])).toString()
    action.hash = ''
    return { method: 'GET', url: action, body: undefined }
  }
  return { method: 'POST', url: action, body: encode(entries, own('enctype')?.trim().toLowerCase()) }
}

function encode(entries: readonly FormEntry[], enctype: string | undefined): OutgoingBody | Promise<OutgoingBody> {
  if (enctype === 'multipart/form-data') return multipartBody(grouped(entries))
  if (enctype === 'text/plain') {
    return { ...rawBody(entries.map(([name, value]) => `${name}=${asText(value)}\r\n`).join('')), type: 'text/plain' }
  }
  const text = new URLSearchParams(entries.map(([name, value]) => [name, asText(value)])).toString()
  return { type: 'application/x-www-form-urlencoded', content: Buffer.from(text) }
}

function asText(value: FormEntry[1]): string {
  if (typeof value === 'string') return value
  return value instanceof Blob ? ((value as Partial<File>).name ?? 'blob') : value.filename
}

function grouped(entries: readonly FormEntry[]): MultipartFields {
  const fields: Record<string, FormEntry[1][]> = Object.create(null) as Record<string, FormEntry[1][]>
  for (const [name, value] of entries) {
    fields[name] ??= []
    fields[name].push(value)
  }
  return fields
}
