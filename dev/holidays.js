/*
 * Our holidays against those of the npm package date-holidays (its public
 * ones), on weekdays of 2020 to 2035.  Differences that are known and explained
 * stand in dev/holidays.known; any other, and any line there that explains
 * nothing any more, is told and ends with 1.
 *
 *	node dev/holidays.js PROMISED FOLDER-WITH-NODE_MODULES
 */
'use strict';
const { execFileSync } = require('child_process');
const fs = require('fs');
const path = require('path');

const [promised, modules] = process.argv.slice(2);
const Holidays = require(path.resolve(modules, 'node_modules/date-holidays'));

// Ours, and theirs: country, state.
const regions = {
	'GB-ENG': ['GB', 'ENG'], 'GB-SCT': ['GB', 'SCT'], 'GB-NIR': ['GB', 'NIR'],
	IE: ['IE'], US: ['US'], AU: ['AU'], NZ: ['NZ'], CA: ['CA'], IN: ['IN'],
	DE: ['DE'], FR: ['FR'], ES: ['ES'], IT: ['IT'], NL: ['NL'], PT: ['PT'],
};
const FIRST = 2020, LAST = 2035;

const weekday = (date) => [1, 2, 3, 4, 5].includes(
    new Date(date + 'T12:00:00Z').getUTCDay());

function ours(region) {
	const years = [];

	for (let y = FIRST; y <= LAST; y++)
		years.push(String(y));
	const text = execFileSync(promised,
	    ['rules', 'holidays', '--region', region, ...years],
	    { encoding: 'utf8' });
	return text.split('\n').filter((l) => l !== '')
	    .map((l) => [l.slice(0, 10), l.slice(11)]);
}

function theirs(region) {
	const found = new Map();
	const h = new Holidays(...regions[region]);

	for (let y = FIRST; y <= LAST; y++)
		for (const day of h.getHolidays(y))
			if (day.type === 'public' && weekday(day.date.slice(0, 10)))
				found.set(day.date.slice(0, 10), day.name);
	return found;
}

/*
 * "REGION +|- YEARS DAY  why": + is a day that we alone have.  YEARS is "2020",
 * "2020-2035" or a list with commas.  DAY is one of
 *	MM-DD
 *	named:NAME	what the holiday is called
 *	type:TYPE	they have the date, but as a day of that type
 *	in:STATE	they have it only there
 *	moved		ours is in lieu of the one on the weekend before
 */
function known() {
	const file = path.join(__dirname, 'holidays.known');

	return fs.readFileSync(file, 'utf8').split('\n')
	    .map((text, i) => ({ text, line: i + 1 }))
	    .filter(({ text }) => text !== '' && !text.startsWith('#'))
	    .map(({ text, line }) => {
		const m = /^(\S+) ([+-]) (\S+) (\S+)  (.*\S.*)$/.exec(text);

		if (m === null)
			throw new Error(`${file}:${line}: no REGION +|- YEARS DAY  why`);
		const years = m[3].split(',').map((y) => y.split('-').map(Number));
		return { file, line, region: m[1], sign: m[2], years, day: m[4], used: false };
	});
}

// Whether they have the date in another way.
function elsewhere(region, how, date) {
	const [kind, first, second] = how.split(':');
	const [country, state] = regions[region];
	const h = new Holidays(country, kind === 'in' ? first : state);
	const type = kind === 'in' ? second || 'public' : first;

	return h.getHolidays(Number(date.slice(0, 4))).some((day) =>
	    day.type === type && day.date.slice(0, 10) === date);
}

function inLieu(all, date, name) {
	return all.some(([d, n]) => n === name && !weekday(d) && d < date &&
	    new Date(date) - new Date(d) < 5 * 86400e3);
}

function isDay(all, region, day, date, name) {
	if (day === 'moved')
		return inLieu(all, date, name);
	if (day.startsWith('named:'))
		return day.slice(6) === name;
	return day === date.slice(5) ||
	    (day.includes(':') && elsewhere(region, day, date));
}

function explained(list, all, region, sign, date, name) {
	const year = Number(date.slice(0, 4));
	const k = list.find((e) => e.region === region && e.sign === sign &&
	    e.years.some(([a, b]) => year >= a && year <= (b || a)) &&
	    isDay(all, region, e.day, date, name));

	if (k !== undefined)
		k.used = true;
	return k !== undefined;
}

const list = known();
let bad = 0, days = 0, excused = 0;

function tell(all, region, sign, date, name) {
	if (explained(list, all, region, sign, date, name)) {
		excused++;
		return;
	}
	console.log(`${region} ${sign} ${date} ${name}`);
	bad++;
}

for (const region of Object.keys(regions)) {
	const all = ours(region), they = theirs(region);
	const we = new Map(all.filter(([date]) => weekday(date)));

	days += we.size;
	for (const [date, name] of we)
		if (!they.has(date))
			tell(all, region, '+', date, name);
	for (const [date, name] of they)
		if (!we.has(date))
			tell(all, region, '-', date, name);
}
for (const k of list)
	if (!k.used) {
		console.log(`${k.file}:${k.line}: explains nothing any more`);
		bad++;
	}
console.log(`${Object.keys(regions).length} regions, ${days} days of ours, ` +
    `${excused} differences explained, ${bad} not`);
process.exit(bad === 0 ? 0 : 1);
