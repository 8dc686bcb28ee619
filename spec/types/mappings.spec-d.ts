/** What the compiler knows of records that external ids stand for: checked by `tsc`, never run. */
import mongoose, { Schema, type HydratedDocument, type Model } from 'mongoose';
import { expectTypeOf } from 'vitest';
import type { IntegrationDocument } from '../../lib/index.js';

declare const integration: IntegrationDocument;

interface OrderFields {
  number: string;
  total?: number;
  placedAt: Date;
  address: { city: string; zip: string };
}
interface OrderMethods {
  pay(): Promise<void>;
}
type OrderModel = Model<OrderFields, object, OrderMethods>;
export declare const Order: OrderModel;

// By interfaces: what the model's own methods give.
const order = await integration.upsertByExternalId('1', Order, { number: 'A-1', address: { city: 'Ulm' } });
expectTypeOf(order.total).toEqualTypeOf<number | undefined>();
expectTypeOf(order.pay).toEqualTypeOf<() => Promise<void>>();
expectTypeOf(order).toEqualTypeOf<HydratedDocument<OrderFields, OrderMethods, object>>();
expectTypeOf(await integration.resolveMapping(1, Order)).toEqualTypeOf<typeof order | null>();
expectTypeOf(await integration.resolveMappings(['1', 2], Order)).toEqualTypeOf<Map<string, typeof order | null>>();
// @ts-expect-error there is no such field
await integration.upsertByExternalId('1', Order, { nmber: 'A-1' });
// @ts-expect-error a field of another type
await integration.upsertByExternalId('1', Order, { number: { first: 1 } });
// @ts-expect-error an external id is a text or a number
await integration.upsertByExternalId(true, Order, {});

// By inference from a schema.
const customerSchema = new Schema(
  { email: { type: String, required: true }, since: Date, notes: [{ text: String }] },
  { versionKey: false, methods: { greet: () => 'Hello' } },
);
export const Customer = mongoose.createConnection().model('Customer', customerSchema);
const customer = await integration.upsertByExternalId('1', Customer, { since: '2026-11-01', notes: [{ text: 'a' }] });
expectTypeOf(customer.greet()).toEqualTypeOf<string>();
expectTypeOf(customer.email).toEqualTypeOf<string>();

// With ids of one's own.
export const Slug = mongoose
  .createConnection()
  .model('Slug', new Schema({ _id: { type: String, required: true }, title: String }));
const slug = await integration.upsertByExternalId('1', Slug, { _id: 'a', title: 'A' });
expectTypeOf(slug._id).toEqualTypeOf<string>();

// As a discriminator.
export const Special = Order.discriminator('Special', new Schema({ reason: String }));
const special = await integration.upsertByExternalId('1', Special, { number: 'S-1', reason: 'gift' });
expectTypeOf(special.number).toEqualTypeOf<string>();

// @ts-expect-error a model, not its name
await integration.resolveMapping('1', 'Order');
