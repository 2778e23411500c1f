import { suggest } from '@arlen/core/options'
import { type AnyNode, type Element, isTag, Text } from 'domhandler'
import { textContent } from 'domutils'
import { testingError } from '../errors.ts'
import type { UploadedFile } from '../request/body.ts'
import type { PageElement } from './page-element.ts'

/** A value to enter: a text, on or off, one or several choices, a file. */
export type ControlValue = string | number | boolean | UploadedFile | Blob | readonly (string | UploadedFile | Blob)[]

/** The values to enter into a form before it is submitted, by field name. */
export type Entries = Readonly<Record<string, ControlValue>>

const files = new WeakMap<Element, readonly (UploadedFile | Blob)[]>()

export function chosenFiles(control: Element): readonly (UploadedFile | Blob)[] {
  return files.get(control) ?? []
}

/** The type of an `<input>`, otherwise the name of the element. */
export function controlType(control: Element): string {
  if (control.name !== 'input') return control.name
  return control.attribs.type?.toLowerCase() || 'text'
}

/** Enters a value as a person would: only values that the control offers can be entered. */
export function enter(control: Element, group: readonly Element[], value: ControlValue): void {
  const type = controlType(control)
  const name = `the field ${control.attribs.name ?? control.attribs.id ?? type}`
  const refuse = (problem: string) => testingError('element_unfit', { selector: name, problem })
  if (isDisabled(control)) throw refuse('is disabled.')
  if ('readonly' in control.attribs) throw refuse('is read-only.')
  if (type === 'file') return attach(control, value, refuse)
  if (type === 'select') return choose(control, value, refuse)
  if (type === 'checkbox' || type === 'radio') return tick(type, group, value, refuse)
  if (type === 'button' || type === 'submit' || type === 'reset' || type === 'image')
    throw refuse('is a button: click it.')
  if (typeof value !== 'string' && typeof value !== 'number')
    throw refuse(`takes a text, not ${JSON.stringify(value)}.`)
  if (type === 'textarea') control.children = [new Text(String(value))]
  else control.attribs.value = String(value)
}

type Refuse = (problem: string) => Error

function attach(control: Element, value: ControlValue, refuse: Refuse): void {
  const list = (Array.isArray(value) ? value : [value]) as readonly unknown[]
  if (list.some(file => typeof file !== 'object')) throw refuse('takes files: { filename, content }.')
  if (list.length > 1 && !('multiple' in control.attribs)) throw refuse('takes one file.')
  files.set(control, list as readonly (UploadedFile | Blob)[])
}

function choose(control: Element, value: ControlValue, refuse: Refuse): void {
  const wanted = (Array.isArray(value) ? value : [value]).map(String)
  if (wanted.length > 1 && !('multiple' in control.attribs)) throw refuse('takes one choice.')
  const options = optionsOf(control)
  const chosen = wanted.map(want => {
    const option = options.find(each => optionValue(each) === want) ?? options.find(each => optionLabel(each) === want)
    if (option === undefined) throw refuse(offers(want, options.map(optionValue)))
    if (isDisabled(option)) throw refuse(`does not let choose ${want}: the option is disabled.`)
    return option
  })
  for (const option of options) {
    delete option.attribs.selected
    if (chosen.includes(option)) option.attribs.selected = ''
  }
}

function tick(type: string, group: readonly Element[], value: ControlValue, refuse: Refuse): void {
  const valueIn = (box: Element) => box.attribs.value ?? 'on'
  if (typeof value === 'boolean') {
    if (type === 'radio') throw refuse('is one of several: name the value to choose.')
    if (group.length > 1) throw refuse('stands several times: give the list of values to check.')
    return setChecked(group[0]!, value)
  }
  const wanted = (Array.isArray(value) ? value : [value]).map(String)
  if (type === 'radio' && wanted.length !== 1) throw refuse('takes one choice.')
  for (const want of wanted) {
    if (!group.some(box => valueIn(box) === want)) throw refuse(offers(want, group.map(valueIn)))
  }
  for (const box of group) setChecked(box, wanted.includes(valueIn(box)))
}

function setChecked(box: Element, on: boolean): void {
  if (on) box.attribs.checked = ''
  else delete box.attribs.checked
}

function offers(want: string, values: readonly string[]): string {
  const near = suggest(want, values)
  return `does not offer ${JSON.stringify(want)}, but ${values.map(value => JSON.stringify(value)).join(', ')}.${near ? ` Did you mean ${near}?` : ''}`
}

export function optionsOf(select: Element): Element[] {
  const found: Element[] = []
  const walk = (node: AnyNode) => {
    if (isTag(node) && node.name === 'option') found.push(node)
    else if ('children' in node) node.children.forEach(walk)
  }
  select.children.forEach(walk)
  return found
}

export function optionValue(option: Element): string {
  return option.attribs.value ?? optionLabel(option)
}

function optionLabel(option: Element): string {
  return textContent(option).replace(/\s+/g, ' ').trim()
}

/** Whether it is disabled, itself or by a fieldset unless it is in its first legend (HTML standard, 4.10.18.5). */
export function isDisabled(control: Element): boolean {
  if ('disabled' in control.attribs) return true
  let inside: AnyNode = control
  for (let at = control.parent as AnyNode | null; at && isTag(at); inside = at, at = at.parent as AnyNode | null) {
    if (at.name === 'optgroup' && 'disabled' in at.attribs) return true
    if (at.name !== 'fieldset' || !('disabled' in at.attribs)) continue
    const legend = at.children.find(child => isTag(child) && child.name === 'legend')
    if (legend !== inside) return true
  }
  return false
}

/** The name by which a person knows a control: its label, else its placeholder or accessible name. */
export function labelOf(control: Element, page: PageElement): string | undefined {
  const { id, placeholder, 'aria-label': name, 'aria-labelledby': by } = control.attribs
  if (name) return name.trim()
  if (by)
    return by
      .split(/\s+/)
      .map(each => page.querySelector(`[id=${JSON.stringify(each)}]`)?.text ?? '')
      .join(' ')
      .trim()
  const label = (id && page.querySelector(`label[for=${JSON.stringify(id)}]`)?.text) || enclosingLabel(control)
  return label || placeholder?.trim()
}

function enclosingLabel(control: Element): string | undefined {
  for (let at = control.parent as AnyNode | null; at && isTag(at); at = at.parent as AnyNode | null) {
    if (at.name === 'label') return textContent(at).replace(/\s+/g, ' ').trim()
  }
  return undefined
}
