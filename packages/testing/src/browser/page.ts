import { suggest } from '@arlen/core/options'
import type { Element } from 'domhandler'
import { testingError } from '../errors.ts'
import type { RequestDescription } from '../request/description.ts'
import { describeRequest, type RawResponse } from '../request/exchange.ts'
import { report } from '../response/report.ts'
import { ResponseData, type ResponseSource } from '../response/response-data.ts'
import { type ControlValue, type Entries, enter, labelOf } from './controls.ts'
import { controlsOf, isSubmitButton, submission } from './form.ts'
import type { PageElement } from './page-element.ts'

/** Navigates from page to page. */
export interface Navigator<Request> extends ResponseSource {
  /** A step from one page to the next. */
  navigate(method: string, url: URL, body: RequestDescription['body'], from: URL): Request
  /** Requests the previous page again. */
  back(): Request
}

/** The page in a response, and what a person can do with it. Only what the page offers can be done. */
export class Page<Request> extends ResponseData {
  readonly #navigator: Navigator<Request>

  constructor(
    navigator: Navigator<Request>,
    request: RequestDescription,
    answer: RawResponse,
    redirects: readonly Page<Request>[],
  ) {
    super(navigator, request, answer, redirects)
    this.#navigator = navigator
  }

  /**
   * Follows a link or presses a button, given by its text or a selector.
   *
   * @throws ArlenError `element_missing`, `element_ambiguous`, `element_unfit`
   */
  click(target: string): Request {
    const page = this.#page('click()')
    const element = this.#one(target, pressable(page), each => [
      each.text,
      each.getAttribute('value'),
      each.getAttribute('aria-label'),
      each.getAttribute('title'),
    ])
    if (element.localName === 'a' || element.localName === 'area') return this.#follow(element)
    const button = element.node as Element
    if (!isSubmitButton(button))
      throw testingError('element_unfit', { selector: target, problem: 'is a button for scripts alone.' })
    const form = formOf(element, page)
    if (!form) throw testingError('element_unfit', { selector: target, problem: 'belongs to no form.' })
    return this.#send(form, page, button)
  }

  /**
   * Fills in a form and submits it, with its hidden fields and CSRF token.
   *
   * @param form - a selector; optional if the page has one form
   * @param entries - by field name; other fields keep the page's values
   */
  submit(form?: string | Entries, entries?: Entries): Request {
    const page = this.#page('submit()')
    const selector = typeof form === 'string' ? form : 'form'
    const found = page.querySelectorAll(selector)
    const element = this.#only(selector, found, page.querySelectorAll('form').map(describeForm))
    const owner = element.localName === 'form' ? element : formOf(element, page)
    if (!owner) throw testingError('element_unfit', { selector, problem: 'is no form and belongs to none.' })
    const controls = controlsOf(owner, page)
    for (const [name, value] of Object.entries((typeof form === 'string' ? entries : form) ?? {})) {
      this.#enterByName(controls, name, value)
    }
    // As the Enter key does: the first button of the form is pressed.
    return this.#send(owner, page, controls.find(isSubmitButton))
  }

  /** Types into a field, given by its label, its name, its placeholder, or a selector. */
  fill(field: string, value: string | number): this {
    return this.#set('fill()', field, value)
  }

  /** Chooses from a list or radio buttons, by value or label. */
  select(field: string, value: string | readonly string[]): this {
    return this.#set('select()', field, value)
  }

  /** Ticks a check box. */
  check(field: string): this {
    return this.#set('check()', field, true)
  }

  uncheck(field: string): this {
    return this.#set('uncheck()', field, false)
  }

  /** Chooses files for an upload. */
  attach(field: string, ...files: Extract<ControlValue, object>[]): this {
    return this.#set('attach()', field, files.flat() as ControlValue)
  }

  /** Goes back to the previous page by requesting it again. */
  back(): Request {
    return this.#navigator.back()
  }

  #follow(link: PageElement): Request {
    const href = link.getAttribute('href')
    const url = href === null || !URL.canParse(href, this.#base()) ? undefined : new URL(href, this.#base())
    if (url === undefined)
      throw testingError('element_unfit', { selector: `the link ${link.text}`, problem: `leads to ${href}.` })
    return this.#navigator.navigate('GET', url, undefined, this.url)
  }

  #send(form: PageElement, page: PageElement, button: Element | undefined): Request {
    const { method, url, body } = submission(form, page, this.#base(), button)
    return this.#navigator.navigate(method, url, body, this.url)
  }

  #base(): URL {
    const base = this.#page('the address of a link').querySelector('base[href]')?.getAttribute('href')
    return base ? new URL(base, this.url) : this.url
  }

  #set(what: string, field: string, value: ControlValue): this {
    const page = this.#page(what)
    const controls = page.querySelectorAll('input:not([type=hidden]), select, textarea')
    const names = (each: PageElement) => [
      each.getAttribute('name'),
      each.getAttribute('id'),
      labelOf(each.node as Element, page),
    ]
    const found = this.#named(field, controls, names)
    const control = (found.length > 1 && sameName(found) ? found[0] : this.#only(field, found, names))!
    const group = controls.filter(
      each =>
        each.getAttribute('name') === control.getAttribute('name') &&
        each.closest('form')?.node === control.closest('form')?.node,
    )
    const boxes = isBox(control) && found.length === 1 && typeof value === 'boolean' ? [control] : group
    enter(
      control.node as Element,
      boxes.map(each => each.node as Element),
      value,
    )
    return this
  }

  #enterByName(controls: readonly Element[], name: string, value: ControlValue): void {
    const group = controls.filter(control => control.attribs.name === name && !isSubmitButton(control))
    const [control] = group
    if (control) return enter(control, group, value)
    const names = [...new Set(controls.map(each => each.attribs.name).filter(each => each !== undefined))]
    throw this.#missing(`[name=${name}]`, name, names)
  }

  #one(target: string, among: readonly PageElement[], names: (each: PageElement) => (string | null)[]): PageElement {
    return this.#only(
      target,
      this.#named(target, among, names),
      among.flatMap(names).filter(name => name !== null),
    )
  }

  /** By the visible name, else by selector, else by a part of the name. */
  #named(
    target: string,
    among: readonly PageElement[],
    names: (each: PageElement) => readonly (string | null | undefined)[],
  ): PageElement[] {
    const exact = among.filter(each => names(each).some(name => name?.trim() === target))
    if (exact.length > 0) return exact
    const selected = among.filter(each => matchesSelector(each, target))
    if (selected.length > 0) return selected
    return among.filter(each => names(each).some(name => name?.includes(target)))
  }

  #only(
    target: string,
    found: readonly PageElement[],
    names: readonly string[] | ((each: PageElement) => unknown),
  ): PageElement {
    const [element, other] = found
    if (element && !other) return element
    if (element === undefined) throw this.#missing(target, target, Array.isArray(names) ? names : [])
    const list = found.map(each => each.outerHTML.slice(0, 80)).join(' ')
    throw testingError('element_ambiguous', { count: found.length, url: this.url.pathname, selector: target, list })
  }

  #missing(selector: string, wanted: string, known: readonly string[]): Error {
    const near = suggest(wanted, known)
    const list = known.length > 0 ? ` There are: ${[...new Set(known)].filter(Boolean).join(', ')}.` : ''
    const hint = near ? ` Did you mean ${near}?` : list
    return testingError('element_missing', { url: this.url.pathname, selector, hint, report: report(this) })
  }

  #page(what: string): PageElement {
    const type = this.field('content-type') ?? 'no type'
    if (!/^(?:text\/html|application\/xhtml\+xml)\b/i.test(type)) {
      throw testingError('page_expected', { what, request: describeRequest(this.request), type, report: report(this) })
    }
    return this.dom
  }
}

function pressable(page: PageElement): PageElement[] {
  return page.querySelectorAll('a[href], area[href], button, input[type=submit], input[type=image], input[type=button]')
}

function formOf(element: PageElement, page: PageElement): PageElement | null {
  const id = element.getAttribute('form')
  return id === null ? element.closest('form') : page.querySelector(`form[id=${JSON.stringify(id)}]`)
}

function matchesSelector(element: PageElement, selector: string): boolean {
  try {
    return element.matches(selector)
  } catch {
    return false // then it is a text
  }
}

function sameName(found: readonly PageElement[]): boolean {
  const [first] = found
  return found.every(each => each.getAttribute('name') === first?.getAttribute('name') && isBox(each))
}

function isBox(element: PageElement): boolean {
  return /^(?:checkbox|radio)$/i.test(element.getAttribute('type') ?? '')
}

function describeForm(form: PageElement): string {
  const id = form.getAttribute('id')
  return id ? `form#${id}` : `form[action=${JSON.stringify(form.getAttribute('action') ?? '')}]`
}
