// Decisions: what they are called, and what follows from them.
export default {
  cancel: 'Cancel',
  close: 'Close',
  optional: 'optional',
  settle: 'Settle',
  settle_title: 'Settle',
  settle_consequence:
    'Order {order} becomes settled, and ¥{amount} is added to what “{supplier}” may withdraw. This cannot be undone.',
  settle_done: 'Settled',
  review: 'Review',
  approve: 'Approve',
  approve_title: 'Confirm the withdrawal',
  approve_consequence:
    'You confirm that ¥{amount} was paid to “{payee}” ({method} {account}). The withdrawal becomes paid and counts as expense. This cannot be undone.',
  approve_automatic:
    'The payout gateway will pay ¥{amount} to “{payee}” ({method} {account}). The withdrawal is in transfer, and paid when the money has arrived.',
  approve_submit: 'Confirm',
  approve_done: 'The withdrawal is confirmed',
  reject: 'Reject',
  reject_title: 'Reject the withdrawal',
  reject_consequence:
    'The request of “{payee}” is rejected, and ¥{amount} goes back to their funds. This cannot be undone.',
  reject_submit: 'Reject',
  reject_done: 'The withdrawal is rejected',
  reference: 'Reference of the transfer',
  note: 'Note',
  paid_at: 'Paid at (empty: now)',
  reason: 'Reason',
  reason_wrong: 'Give a reason',
  discard: 'Discard',
  discard_title: 'Discard the event',
  discard_consequence:
    'The event “{event}” at position {position} will never be recorded, even when what it waits for arrives. This cannot be undone.',
  discard_submit: 'Discard',
  discard_done: 'The event is discarded',
  settles_itself: 'settles when due',
}
