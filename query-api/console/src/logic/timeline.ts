// An order's life as steps: from its events, or, without them, from the times in the order itself.
import type { Order, RecordedEvent } from '../api/types'

export interface Step {
  type: string
  at: string
  amount: string | null
  note: string | null
  event?: RecordedEvent
}

/** The amount that an event is about, and what was said to it. */
export function stepsOfEvents(events: readonly RecordedEvent[]): Step[] {
  const text = (value: unknown) => (typeof value === 'string' && value !== '' ? value : null)
  return events.map((event) => ({
    type: event.type,
    at: event.time,
    amount: text(event.data?.amount),
    note: text(event.data?.reason) ?? text(event.data?.tracking_no),
    event,
  }))
}

export function stepsOf(order: Order): Step[] {
  const step = (type: string, at: string | null | undefined, amount: string | null = null): Step[] =>
    at ? [{ type, at, amount, note: null }] : []
  const steps = [
    ...step('order.placed', order.placed_at, order.payable),
    ...step('order.paid', order.paid_at, order.paid),
    ...step('order.completed', order.completed_at),
    ...order.refunds.flatMap((refund) => [
      ...step('refund.requested', refund.requested_at, refund.amount),
      ...(refund.state === 'in_review'
        ? []
        : step(`refund.${refund.state}`, refund.decided_at, refund.amount)),
    ]),
    ...step('settlement.settled', order.settlement?.settled_at, order.settlement?.amount ?? null),
  ]
  // The sort is stable: what happened at the same instant stays in the order of an order's life.
  return steps.sort((a, b) => Date.parse(a.at) - Date.parse(b.at))
}
