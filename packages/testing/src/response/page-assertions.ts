import type { PageElement } from '../browser/page-element.ts'
import type { Assertion } from './assertion.ts'
import { differs } from './assertion.ts'
import type { Finding } from './failure.ts'
import { matches } from './matches.ts'
import { html as formatHtml } from './pretty-html.ts'
import type { ResponseData } from './response-data.ts'

type Name = 'html' | 'attribute' | 'count' | 'exists' | 'missing' | 'snapshot'

/** Assertions about the elements of a page. */
export const pageAssertions: Readonly<Record<Name, Assertion>> = {
  html(response, selector: string, expected: unknown) {
    return onElement(response, selector, element => {
      const actual = element.innerHTML.trim()
      return matches(actual, expected) ? undefined : differs(`The HTML in ${selector}`, actual, expected)
    })
  },

  attribute(response, selector: string, name: string, expected: unknown) {
    return onElement(response, selector, element => {
      const actual = element.getAttribute(name)
      return actual === expected || (actual !== null && matches(actual, expected))
        ? undefined
        : differs(`The attribute ${name} of ${selector}`, actual, expected)
    })
  },

  count(response, selector: string, expected: number) {
    const actual = response.dom.querySelectorAll(selector).length
    return actual === expected
      ? undefined
      : { message: `${actual} elements match ${selector}, not ${expected}.`, actual, expected }
  },

  exists(response, selector: string) {
    return onElement(response, selector, () => undefined)
  },

  missing(response, selector: string) {
    const found = response.dom.querySelector(selector)
    return found ? { message: `Something matches ${selector}.`, context: around(found) } : undefined
  },

  snapshot(response, compare: (body: string) => unknown, selector?: string) {
    const compareNow = (text: string) => {
      compare(text)
      return undefined
    }
    if (selector !== undefined) return onElement(response, selector, element => compareNow(formatHtml(element)))
    return compareNow(response.text)
  },
}

/** Checks the first element that matches, or reports that there is none. */
export function onElement(
  response: ResponseData,
  selector: string,
  look: (element: PageElement) => Finding | undefined,
): Finding | undefined {
  const element = response.dom.querySelector(selector)
  if (element === null) return { message: `Nothing matches ${selector}.`, context: nearest(response, selector) }
  const finding = look(element)
  return finding && { context: around(element), ...finding }
}

/** The element with its surroundings. */
function around(element: PageElement): string {
  return formatHtml(element.parentElement ?? element)
}

/** The nearest match of a selector that finds nothing: the last of its prefixes that finds something. */
function nearest(response: ResponseData, selector: string): string | undefined {
  for (let at = selector.lastIndexOf(' '); at > 0; at = selector.lastIndexOf(' ', at - 1)) {
    try {
      const found = response.dom.querySelector(
        selector
          .slice(0, at)
          .trimEnd()
          .replace(/[>+~]$/, ''),
      )
      if (found) return `What does match ${selector.slice(0, at).trim()}:\n${formatHtml(found)}`
    } catch {
      // an incomplete selector
    }
  }
  const body = response.dom.querySelector('main') ?? response.dom.querySelector('body')
  return body ? formatHtml(body) : undefined
}
