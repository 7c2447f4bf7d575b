/**
 * What the URI in a client certificate begins with that binds it to one tenant; the uid of the tenant follows. A tenant
 * that is made anew under an old name has another uid, so certificates of the old one are void.
 */
export const tenantUriPrefix = 'urn:plinth:tenant:';
