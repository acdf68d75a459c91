// What the screen's charts look like: light on dark, large type, nothing that moves by itself.
import type { ChartOption } from '../components/chart/echarts'
import { axisNumber, stepLabel } from '../components/chart/options'
import { toChartNumber } from '../logic/money'
import type { ScreenData } from './useScreen'

const TEXT = { color: '#a9c4e0', fontSize: 18 }
const LINE = { lineStyle: { color: '#17365a' } }
const COLOURS = ['#3d8fd9', '#f4a89a', '#ffd479', '#6fe3a4', '#b79cf0', '#5fd0d6', '#e07a9b']

/** The step of the trend: hours up to two days, else days. */
export const stepOf = (data: ScreenData) =>
  Date.parse(data.to) - Date.parse(data.from) <= 2 * 86_400_000 ? 'hour' : 'day'

const BASE = {
  animation: false,
  grid: { left: 4, right: 8, top: 40, bottom: 0, containLabel: true },
  color: COLOURS,
}

function steps(data: ScreenData, points: readonly { at: string }[]) {
  return {
    type: 'category' as const,
    data: points.map(({ at }) => stepLabel(at, stepOf(data))),
    axisLabel: { ...TEXT, hideOverlap: true },
    axisLine: LINE,
    axisTick: { show: false },
  }
}

export interface TrendNames {
  orders: string
  paid: string
  unpaid: string
}

export function trendOption(data: ScreenData, names: TrendNames, zh: boolean): ChartOption {
  const value = (formatter: (at: number) => string, shown: boolean) => ({
    type: 'value' as const,
    minInterval: 1,
    axisLabel: { ...TEXT, formatter },
    splitLine: shown ? LINE : { show: false },
  })
  const bars = (name: string, of: (point: ScreenData['trend'][number]) => string) => ({
    type: 'bar' as const,
    name,
    stack: 'amount',
    barMaxWidth: 28,
    data: data.trend.map((point) => toChartNumber(of(point))),
  })
  return {
    ...BASE,
    legend: { top: 0, right: 0, textStyle: TEXT },
    xAxis: steps(data, data.trend),
    yAxis: [value((at) => axisNumber(at, zh), true), value(String, false)],
    series: [
      bars(names.paid, (point) => point.paid_amount),
      bars(names.unpaid, (point) => point.unpaid_amount),
      {
        type: 'line',
        name: names.orders,
        yAxisIndex: 1,
        symbol: 'none',
        lineStyle: { width: 3 },
        data: data.trend.map(({ orders }) => orders),
      },
    ],
  }
}

export function membersOption(data: ScreenData, name: string): ChartOption {
  return {
    ...BASE,
    color: [COLOURS[3]!],
    grid: { ...BASE.grid, top: 14 },
    xAxis: steps(data, data.members),
    yAxis: { type: 'value', minInterval: 1, axisLabel: TEXT, splitLine: LINE },
    series: [
      {
        type: 'line',
        name,
        symbol: 'none',
        areaStyle: { opacity: 0.25 },
        lineStyle: { width: 3 },
        data: data.members.map(({ registered }) => registered),
      },
    ],
  }
}

export function shareOption(data: ScreenData, word: (type: string) => string): ChartOption {
  return {
    ...BASE,
    series: [
      {
        type: 'pie',
        radius: ['42%', '66%'],
        label: { ...TEXT, formatter: '{b}\n{d}%', lineHeight: 22 },
        labelLine: { length: 8, length2: 8 },
        data: data.by_product_type
          .filter(({ orders }) => orders > 0)
          .map((row) => ({ name: word(row.product_type), value: row.orders })),
      },
    ],
  }
}
