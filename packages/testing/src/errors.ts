import { defineErrors, type ErrorFactory } from '@arlen/core'

const table = {
  target_unknown: {
    message:
      'testApp() cannot test {what}. Give it an Arlen application, a server of node:http, a Fastify, Express or Koa application, an object with fetch(), or a URL.',
  },
  option_invalid: { message: 'The option {name} {problem}' },
  request_sent: { message: '{call} describes the request, but the request has already been sent.' },
  request_described: {
    message: '{call} describes the request: call it before the first assertion.',
  },
  body_duplicate: { message: 'The request already has a body, which {call} would replace. Set only one body.' },
  response_missing: { message: '{request} got no response within {ms} ms.' },
  response_incomplete: { message: '{request} got an incomplete response: {reason}.' },
  connect_failed: { message: 'Cannot connect to {url}: {reason}. Is the server running?' },
  no_mail: { message: 'No mail with {match} was sent within {ms} ms. The outbox:\n{list}' },
  redirects_exceeded: { message: '{request} was redirected more than {limit} times: {chain}' },
  resources_leaked: { message: 'The test left something behind:\n{list}' },
  app_not_in_process: { message: '{what} needs the application in this process.' },
  element_missing: { message: 'Nothing on the page {url} matches {selector}.{hint}\n\n{report}' },
  element_ambiguous: { message: '{count} elements on the page {url} match {selector}: {list}' },
  element_unfit: { message: '{selector} {problem}' },
  page_expected: { message: '{what} needs a page, but the response to {request} is {type}.\n\n{report}' },
  history_empty: { message: 'This visitor has no page to go back to.' },
  clock_installed: {
    message: 'The clock is already installed, and a process has only one. Call clock.restore() first.',
  },
}

/** The codes of these errors. */
export type TestingErrorCode = keyof typeof table

/** Errors of @arlen/testing itself. Failed expectations of an application are AssertionErrors. */
export const testingError: ErrorFactory<TestingErrorCode> = defineErrors(table)
