import { defineErrors, type ErrorFactory } from '@arlen/core'

const table = {
  mail_template_missing: {
    message: 'There is no mail {name}: create templates/mail/{name}.txt.ets, templates/mail/{name}.html.ets, or both.',
  },
  mail_subject_missing: {
    message: 'The mail {name} has no subject: call subject(…) in its template, or give send() a subject.',
  },
  mail_sender_missing: {
    message: 'The mail {name} has no sender: set mail.from (ARLEN_MAIL_FROM), or give send() a from.',
  },
  mail_recipient_missing: {
    message: 'The mail {name} has no recipient: give send() at least one address in to, cc or bcc.',
  },
  mail_address_invalid: { message: 'The mail {name}: {field} {problem}.' },
  mail_header_invalid: { message: 'The mail {name}: {field} {problem}.' },
  mail_helper_misplaced: { message: '{helper}() {problem}' },
  mail_not_configured: {
    message: 'The mail {name} cannot be sent: no mail server is configured. Set mail.host (ARLEN_MAIL_HOST).',
  },
  mail_server_unreachable: {
    message:
      'The mail {name} was not sent: {server} does not answer ({reason}). Check mail.host, mail.port and the firewall.',
  },
  mail_tls_failed: {
    message:
      'The mail {name} was not sent: no encrypted connection to {server} ({reason}). Check mail.tls and the certificate; NODE_EXTRA_CA_CERTS adds your own certificate authorities.',
  },
  mail_login_failed: {
    message: 'The mail {name} was not sent: {server} rejected the login ({reason}). Check mail.user and mail.password.',
  },
  mail_deferred: { message: 'The mail {name} was not sent: {server} asks to try again later ({reason}).' },
  mail_rejected: {
    message:
      'The mail {name} was not sent: {server} rejected it ({reason}). Check the recipient, and whether mail.from may send.',
  },
  mail_failed: { message: 'The mail {name} was not sent: sending through {server} failed ({reason}).' },
}

/** Every error that @arlen/mail itself throws. None quotes an address, a link or a password. */
export const mailError: ErrorFactory<keyof typeof table> = defineErrors(table)
