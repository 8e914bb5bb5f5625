// Cities and countries the brain knows by name, as they are written. Speech needs a list; typed text may name any
// other place after a preposition.

const CITIES = `
Abu Dhabi|Accra|Addis Ababa|Adelaide|Alexandria|Algiers|Amman|Amsterdam|Anchorage|Ankara|Antwerp|Athens|Atlanta|Auckland|Austin
Baghdad|Baku|Bali|Baltimore|Bangalore|Bangkok|Barcelona|Basel|Beijing|Beirut|Belfast|Belgrade|Bergen|Berlin|Bern|Bilbao|Birmingham
Bogota|Bologna|Bombay|Bordeaux|Boston|Brasilia|Bratislava|Bremen|Brisbane|Bristol|Brooklyn|Brussels|Bucharest|Budapest|Buenos Aires|Buffalo
Cairo|Calcutta|Calgary|Cambridge|Canberra|Cancun|Cape Town|Caracas|Cardiff|Casablanca|Charlotte|Chennai|Chicago|Christchurch|Cincinnati
Cleveland|Cologne|Colombo|Copenhagen|Cork|Dakar|Dallas|Damascus|Dar es Salaam|Delhi|Denver|Detroit|Dhaka|Doha|Dresden|Dubai|Dublin|Durban
Dusseldorf|Edinburgh|Edmonton|Florence|Frankfurt|Geneva|Genoa|Gibraltar|Glasgow|Gothenburg|Granada|Guadalajara|Guatemala City|Halifax|Hamburg
Hanoi|Hanover|Harare|Havana|Helsinki|Hiroshima|Ho Chi Minh City|Hong Kong|Honolulu|Houston|Hyderabad|Indianapolis|Istanbul|Jakarta|Jerusalem
Johannesburg|Kabul|Kampala|Kansas City|Karachi|Kathmandu|Khartoum|Kiev|Kyiv|Kigali|Kingston|Kinshasa|Krakow|Kuala Lumpur|Kuwait City|Kyoto
La Paz|Lagos|Lahore|Las Vegas|Leeds|Leipzig|Lima|Lisbon|Liverpool|Ljubljana|London|Los Angeles|Luanda|Lusaka|Luxembourg|Lyon|Macau|Madrid
Malaga|Malmo|Manchester|Manila|Maputo|Marrakech|Marseille|Mecca|Medellin|Melbourne|Memphis|Mexico City|Miami|Milan|Milwaukee|Minneapolis
Minsk|Mogadishu|Monaco|Montevideo|Montreal|Moscow|Mumbai|Munich|Nairobi|Naples|Nashville|New Delhi|New Orleans|New York|Newcastle|Nice
Nicosia|Nuremberg|Oakland|Odessa|Orlando|Osaka|Oslo|Ottawa|Oxford|Palermo|Panama City|Paris|Perth|Philadelphia|Phnom Penh|Phoenix|Pittsburgh
Port au Prince|Portland|Porto|Prague|Pretoria|Quebec City|Quito|Rabat|Reykjavik|Riga|Rio de Janeiro|Riyadh|Rome|Rotterdam|Sacramento
Saint Petersburg|Salt Lake City|Salzburg|San Antonio|San Diego|San Francisco|San Jose|San Juan|San Salvador|Santiago|Santo Domingo|Sao Paulo
Sapporo|Sarajevo|Seattle|Seoul|Seville|Shanghai|Sheffield|Shenzhen|Singapore|Skopje|Sofia|Southampton|Split|Stockholm|Strasbourg|Stuttgart|Sydney
Taipei|Tallinn|Tampa|Tashkent|Tbilisi|Tehran|Tel Aviv|The Hague|Tijuana|Tokyo|Toronto|Toulouse|Tripoli|Tunis|Turin|Utrecht|Valencia|Vancouver
Venice|Verona|Vienna|Vilnius|Warsaw|Washington|Wellington|Winnipeg|Wuhan|Yerevan|Yokohama|York|Zagreb|Zurich`;

const COUNTRIES = `
Afghanistan|Albania|Algeria|Argentina|Armenia|Australia|Austria|Azerbaijan|Bangladesh|Belarus|Belgium|Bolivia|Bosnia|Brazil|Bulgaria|Cambodia
Cameroon|Canada|Chile|China|Colombia|Costa Rica|Croatia|Cuba|Cyprus|Denmark|Ecuador|Egypt|England|Estonia|Ethiopia|Finland|France|Georgia|Germany
Ghana|Greece|Greenland|Guatemala|Haiti|Honduras|Hungary|Iceland|India|Indonesia|Iran|Iraq|Ireland|Israel|Italy|Jamaica|Japan|Jordan|Kazakhstan|Kenya
Korea|Kuwait|Laos|Latvia|Lebanon|Libya|Lithuania|Madagascar|Malaysia|Mali|Malta|Mexico|Moldova|Mongolia|Morocco|Mozambique|Nepal|Netherlands
New Zealand|Nicaragua|Nigeria|North Korea|Norway|Pakistan|Panama|Paraguay|Peru|Philippines|Poland|Portugal|Qatar|Romania|Russia|Rwanda
Saudi Arabia|Scotland|Senegal|Serbia|Slovakia|Slovenia|Somalia|South Africa|South Korea|Spain|Sri Lanka|Sudan|Sweden|Switzerland|Syria|Taiwan
Tanzania|Thailand|Tunisia|Turkey|Uganda|Ukraine|United Kingdom|United States|Uruguay|Uzbekistan|Venezuela|Vietnam|Wales|Yemen|Zambia|Zimbabwe
California|Texas|Florida|Hawaii|Alaska|Arizona|Colorado|Scandinavia|Bavaria|Tuscany|Sicily`;

/** Display names. */
export const PLACES: readonly string[] = [...CITIES.split(/[|\n]/), ...COUNTRIES.split(/[|\n]/)].filter(
  Boolean,
);
